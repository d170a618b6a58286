import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import type { ShellArgs } from '../protocol/shell-args.ts'
import type { Output } from './output.ts'
import { type Mark, withLimit } from './process-mark.ts'

export interface Exit {
  readonly code: number
  /** The signal that ended it. */
  readonly signal: string | null
}

/** A program that was started. */
export interface Running {
  readonly pid: number | undefined
  /** Resolves when the program itself has ended. */
  readonly exited: Promise<Exit>
  /** Resolves when its output has been handed over, too. */
  readonly drained: Promise<void>
  /** Stops waiting for a program that can't be ended. */
  abandon(): void
}

type OnOutput = (bytes: Uint8Array) => void

// A child in the background may keep the pipes open for ever. What the master has yet
// to take does not count: a slow disk must not cost the end of a log.
const PIPES_GRACE_MS = 1000
const GRACE_STEP_MS = 50
// More than the system holds in pipes for a program that has ended; the rest is of others.
const MOST_PENDING_BYTES = 2 * 1024 * 1024
// What a shell takes where there is no PATH.
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin'
const NOT_FOUND: Exit = { code: 127, signal: null }

/** Starts the program with a pipe for each stream, which is how steps run unless they ask for a pty. */
export function startOnPipes(
  shell: ShellArgs,
  env: Record<string, string>,
  mark: Mark,
  output: Output,
  onOutput: OnOutput,
): Running {
  const [program, words] = programOf(shell.command)
  const problem = whyNotRun(program, shell.workdir, env)
  if (problem) return notRun(problem, output)
  const [file, args] = withLimit(program, words, mark)
  const exited = Promise.withResolvers<Exit>()
  const child = spawn(file, args, {
    cwd: shell.workdir,
    env,
    // A group and session of its own, so that it can be ended whole.
    detached: process.platform !== 'win32',
    windowsHide: true,
    // The text for cmd.exe is already as it wants it.
    windowsVerbatimArguments: typeof shell.command === 'string',
    stdio: [
      shell.initial_stdin === undefined ? 'ignore' : 'pipe',
      shell.want_stdout === false ? 'ignore' : 'pipe',
      shell.want_stderr === false ? 'ignore' : 'pipe',
    ],
  })
  child.on('error', error => {
    output.note(`${explain(error, program)}\n`)
    exited.resolve(NOT_FOUND)
  })
  child.on('exit', (code, signal) => exited.resolve({ code: code ?? -1, signal }))
  if (shell.initial_stdin !== undefined) {
    // The program may end without reading it.
    child.stdin!.on('error', () => {})
    child.stdin!.end(shell.initial_stdin)
  }
  const pipes = [
    { stream: 'stdout', pipe: child.stdout },
    { stream: 'stderr', pipe: child.stderr },
  ].filter((one): one is { stream: string; pipe: Readable } => one.pipe !== null)
  let readBytes = 0
  const ends = pipes.map(({ stream, pipe }) =>
    pump(pipe, output, bytes => {
      readBytes += bytes.length
      onOutput(bytes)
      output.write(stream, bytes)
    }),
  )

  return {
    pid: child.pid,
    exited: exited.promise,
    drained: exited.promise.then(async () => {
      const most = readBytes + MOST_PENDING_BYTES
      await withinGrace(Promise.all(ends), output, () => readBytes < most)
      for (const { pipe } of pipes) pipe.destroy()
    }),
    abandon: () => exited.resolve({ code: -1, signal: 'SIGKILL' }),
  }
}

/** Starts the program in a pseudo-terminal: one stream, and a program that believes it has a person before it. */
export async function startInPty(
  shell: ShellArgs,
  env: Record<string, string>,
  mark: Mark,
  output: Output,
  onOutput: OnOutput,
): Promise<Running> {
  // Only a step that asks for a terminal loads the native module.
  const { spawn: spawnPty } = await import('node-pty')
  const [program, words] = programOf(shell.command)
  const problem = whyNotRun(program, shell.workdir, env)
  if (problem) return notRun(problem, output)
  const [file, args] = withLimit(program, words, mark)
  const exited = Promise.withResolvers<Exit>()
  const pty = spawnPty(file, args, {
    name: 'xterm-256color',
    cols: 120,
    rows: 30,
    cwd: shell.workdir,
    env,
    encoding: null,
  })
  // Typed as text, but `encoding: null` gives bytes. The pty is never paused: a paused
  // one loses what is pending when its program ends.
  pty.onData((data: unknown) => {
    const bytes = data as Buffer
    onOutput(bytes)
    output.write('stdout', bytes)
  })
  pty.onExit(({ exitCode, signal }) =>
    exited.resolve({ code: exitCode, signal: signal ? `signal ${signal}` : null }),
  )
  if (shell.initial_stdin !== undefined) pty.write(shell.initial_stdin)
  return {
    pid: pty.pid,
    exited: exited.promise,
    // node-pty reports the exit after the last output.
    drained: exited.promise.then(() => undefined),
    abandon: () => exited.resolve({ code: -1, signal: 'SIGKILL' }),
  }
}

function pump(pipe: Readable, output: Output, take: OnOutput): Promise<void> {
  const end = Promise.withResolvers<void>()
  pipe.on('data', (bytes: Buffer) => {
    take(bytes)
    if (!output.full) return
    pipe.pause()
    output.onDrain(() => pipe.resume())
  })
  pipe.on('close', end.resolve)
  // A read error ends the stream like any other end.
  pipe.on('error', () => end.resolve())
  return end.promise
}

async function withinGrace(ends: Promise<unknown>, output: Output, wanted: () => boolean) {
  let ended = false
  void ends.then(() => {
    ended = true
  })
  for (let leftMs = PIPES_GRACE_MS; leftMs > 0 && !ended && wanted(); ) {
    if (output.full) {
      await Promise.race([ends, new Promise<void>(output.onDrain)])
      continue
    }
    const startedAt = performance.now()
    let timer: NodeJS.Timeout | undefined
    const pause = new Promise(resolve => {
      timer = setTimeout(resolve, GRACE_STEP_MS)
    })
    await Promise.race([ends, pause])
    clearTimeout(timer)
    leftMs -= performance.now() - startedAt
  }
}

function programOf(command: ShellArgs['command']): [file: string, args: string[]] {
  if (typeof command !== 'string') return [command[0]!, command.slice(1)]
  if (process.platform === 'win32')
    return [process.env.COMSPEC ?? 'cmd.exe', ['/d', '/s', '/c', `"${command}"`]]
  return ['/bin/sh', ['-c', command]]
}

// Asked before: a shell or a terminal that finds no program says so in words of its own.
function whyNotRun(file: string, workdir: string, env: Record<string, string>): string | undefined {
  const suffixes = process.platform === 'win32' ? ['', '.exe', '.cmd', '.bat'] : ['']
  const folders =
    isAbsolute(file) || file.includes('/')
      ? [workdir]
      : (env.PATH ?? DEFAULT_PATH).split(delimiter).map(folder => resolve(workdir, folder))
  let code = 'ENOENT'
  for (const folder of folders)
    for (const suffix of suffixes) {
      const found = canRun(resolve(folder, file + suffix))
      if (found === 'yes') return undefined
      if (found === 'no') code = 'EACCES'
    }
  return explain({ code }, file)
}

/** Whether this user may run a file as a program. */
export function canRun(path: string): 'yes' | 'no' | 'absent' {
  try {
    if (!statSync(path).isFile()) return 'no'
    accessSync(path, constants.X_OK)
    return 'yes'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'no' : 'absent'
  }
}

function notRun(reason: string, output: Output): Running {
  output.note(`${reason}\n`)
  return {
    pid: undefined,
    exited: Promise.resolve(NOT_FOUND),
    drained: Promise.resolve(),
    abandon() {},
  }
}

function explain(error: { code?: string; message?: string }, file: string): string {
  if (error.code === 'ENOENT')
    return `"${file}" was not found. Is it installed, and in the slave's PATH?`
  if (error.code === 'EACCES') return `"${file}" may not be run: it is not marked as a program.`
  return `"${file}" could not be started: ${error.message}`
}
