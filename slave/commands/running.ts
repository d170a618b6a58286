import { type ChildProcess, type SpawnOptions, type StdioOptions, spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { ShellArgs } from '../protocol/shell-args.ts'
import type { Output } from './output.ts'
import { type Pipe, takePipe } from './pipe.ts'
import { type Mark, withLimit } from './process-mark.ts'
import { explainStart, programOf } from './program.ts'
import { startPty } from './pty.ts'

export interface Exit {
  readonly code: number
  /** The signal that ended it. */
  readonly signal: string | null
  /** Nobody saw it end: it is no longer waited for. */
  readonly abandoned?: true
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
const TOO_LONG = new Set<string | undefined>(['E2BIG', 'ENAMETOOLONG'])
const ABANDONED: Exit = { code: -1, signal: null, abandoned: true }
const NOT_FOUND: Exit = { code: 127, signal: null }

/** Starts the program with a pipe for each stream, which is how steps run unless they ask for a pty. */
export async function startOnPipes(
  shell: ShellArgs,
  env: Record<string, string>,
  mark: Mark,
  output: Output,
  onOutput: OnOutput,
): Promise<Running> {
  const program = programOf(shell, env, shell.errexit)
  if (program.problem) return notRun(program.problem, output)
  const [file, args] = withLimit(program.file, program.args, mark)
  const exited = Promise.withResolvers<Exit>()
  let started: Piped
  try {
    started = await spawnOnPipes(file, args, shell, {
      cwd: shell.workdir,
      env,
      // A group and session of its own, so that it can be ended whole.
      detached: process.platform !== 'win32',
      windowsHide: true,
      windowsVerbatimArguments: program.verbatim ?? false,
    })
  } catch (error) {
    program.dispose()
    // Node throws what it does not tell by an event.
    if (!TOO_LONG.has((error as NodeJS.ErrnoException).code)) throw error
    return notRun(explainStart(error as Error, program.file), output)
  }
  const { child, stdout, stderr } = started
  child.on('error', error => {
    output.note(`${explainStart(error, program.file)}\n`)
    exited.resolve(NOT_FOUND)
  })
  child.on('exit', (code, signal) => exited.resolve({ code: code ?? -1, signal }))
  void exited.promise.then(program.dispose)
  if (shell.initial_stdin !== undefined) {
    // The program may end without reading it.
    child.stdin!.on('error', () => {})
    child.stdin!.end(shell.initial_stdin)
  }
  const pipes = [
    { stream: 'stdout', pipe: stdout },
    { stream: 'stderr', pipe: stderr },
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
    abandon: () => exited.resolve(ABANDONED),
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
  const program = programOf(shell, env, shell.errexit)
  if (program.problem) return notRun(program.problem, output)
  const [file, args] = withLimit(program.file, program.args, mark)
  const exited = Promise.withResolvers<Exit>()
  // It is never paused: a paused one loses what is pending when its program ends.
  const pty = await startPty(
    { ...program, file, args },
    { cols: 120, rows: 30, cwd: shell.workdir, env },
  )
  pty.onOutput(bytes => {
    onOutput(bytes)
    output.write('stdout', bytes)
  })
  pty.onExit(({ code, signal }) =>
    exited.resolve({ code, signal: signal ? `signal ${signal}` : null }),
  )
  void exited.promise.then(program.dispose)
  if (shell.initial_stdin !== undefined) pty.write(shell.initial_stdin)
  return {
    pid: pty.pid,
    exited: exited.promise,
    // node-pty reports the exit after the last output.
    drained: exited.promise.then(() => undefined),
    abandon: () => exited.resolve(ABANDONED),
  }
}

interface Piped {
  readonly child: ChildProcess
  readonly stdout: Readable | null
  readonly stderr: Readable | null
}

async function spawnOnPipes(
  file: string,
  args: readonly string[],
  shell: ShellArgs,
  options: SpawnOptions,
): Promise<Piped> {
  const out = shell.want_stdout === false ? undefined : await takePipe()
  const err = shell.want_stderr === false ? undefined : await takePipe()
  const pipes = [out, err].filter(one => one !== undefined)
  let child: ChildProcess
  try {
    const stdio: StdioOptions = [
      // Linux opens a named pipe for reading only while somebody writes: no way to give input.
      shell.initial_stdin === undefined ? 'ignore' : 'pipe',
      out?.writeEnd ?? (shell.want_stdout === false ? 'ignore' : 'pipe'),
      err?.writeEnd ?? (shell.want_stderr === false ? 'ignore' : 'pipe'),
    ]
    child = spawn(file, args, { ...options, stdio })
  } catch (error) {
    for (const { readEnd } of pipes) closeSync(readEnd)
    throw error
  } finally {
    // The program has its own copies. While ours were open, no output would end.
    for (const { writeEnd } of pipes) closeSync(writeEnd)
  }
  return {
    child,
    stdout: out ? readerOf(out) : child.stdout,
    stderr: err ? readerOf(err) : child.stderr,
  }
}

function readerOf({ readEnd }: Pipe): Socket {
  return new Socket({ fd: readEnd, readable: true, writable: false })
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

function notRun(reason: string, output: Output): Running {
  output.note(`${reason}\n`)
  return {
    pid: undefined,
    exited: Promise.resolve(NOT_FOUND),
    drained: Promise.resolve(),
    abandon() {},
  }
}
