import { mkdirSync } from 'node:fs'
import { delimiter } from 'node:path'
import { keyOf } from '../environment.ts'
import { asBoolean, asString, asStrings, type Fields, optional } from '../protocol/parse.ts'
import { parseShellArgs, type ShellArgs } from '../protocol/shell-args.ts'
import { SLAVE_ID_VARIABLE } from '../protocol/slave-id.ts'
import type { Command, CommandContext } from './command.ts'
import { countNewlines, startLimits } from './limits.ts'
import { watchLogFiles } from './log-files.ts'
import { createOutput } from './output.ts'
import { describeProcess } from './process-list.ts'
import { commandMark, STEP_ID_VARIABLE } from './process-mark.ts'
import { type TreeWatch, watchTree } from './process-watch.ts'
import { quoted } from './quoted.ts'
import { type Exit, type Running, startInPty, startOnPipes } from './running.ts'

/** Why a command is ended before its time. `failure` is told to the master in `failure_reason`. */
export interface Ending {
  readonly why: string
  readonly failure?: 'timeout_without_output' | 'timeout' | 'max_lines_failure'
}

// Seconds between the polite signal and the hard one, where the master does not say.
const POLITE_S = 3
// How long a program may take after the signal that a master of Buildbot names.
const PATIENCE_MS = 5000
const EXIT_NEWS_MS = 2000

/**
 * Runs one program and sends its output as it comes.
 *
 * The command ends when the program itself ends. What it left in the background
 * may go on until the build ends, but its output is no longer read.
 */
export function startShell(args: Fields, context: CommandContext): Command {
  const shell = parseShellArgs(args)
  // Our own masters ask for less to be said of commands that are many and small.
  const brief = optional(args.brief, 'brief', asBoolean) ?? false
  const exact = optional(args.exact_env, 'exact_env', asStrings) ?? []
  const named = optional(args.build_marker, 'build_marker', asString)
  const build = named ?? context.guessedBuild ?? 'command'
  const mark = commandMark(context.environment[SLAVE_ID_VARIABLE] ?? '', build, context.id)
  const output = createOutput(context.updates)
  let ending: Ending | undefined
  const ended = Promise.withResolvers<Ending>()

  return { done: run(), interrupt: why => end({ why: `interrupted (${why})` }) }

  function end(why: Ending) {
    if (ending) return
    ending = why
    ended.resolve(why)
  }

  async function run(): Promise<void> {
    const startedAt = performance.now()
    const env = stepEnvironment(shell, context.environment, exact)
    env[STEP_ID_VARIABLE] = mark.variable.slice(STEP_ID_VARIABLE.length + 1)
    mkdirSync(shell.workdir, { recursive: true })
    output.note(describe(shell, env, brief))
    const limits = startLimits(shell, end)
    const onOutput = (bytes: Uint8Array) => limits.sawOutput(() => countNewlines(bytes))
    const closeLogFiles = watchLogFiles(shell.logfiles ?? {}, shell.workdir, output, onOutput)
    let exit: Exit
    try {
      exit = await runProgram(env, onOutput, limits.stop)
    } finally {
      limits.stop()
      await closeLogFiles()
    }
    const elapsed = (performance.now() - startedAt) / 1000
    if (!brief || exit.signal || exit.code !== 0) output.note(describeExit(exit, elapsed))
    output.flush()
    const updates: [string, unknown][] = [
      ['rc', exit.signal ? -1 : exit.code],
      ['elapsed', elapsed],
    ]
    if (ending?.failure) updates.unshift(['failure_reason', ending.failure])
    context.updates.say(updates)
  }

  async function runProgram(
    env: Record<string, string>,
    onOutput: (bytes: Uint8Array) => void,
    onExit: () => void,
  ): Promise<Exit> {
    const onLost = (reason: string) => output.note(`\nended by Windows: ${reason}\n`)
    const start = shell.usePTY ? startInPty : startOnPipes
    const program = await start(shell, env, mark, output, onOutput)
    const watch =
      program.pid === undefined ? undefined : watchTree(program.pid, build, mark, onLost)
    const killed = ended.promise.then(async ({ why }) => {
      output.note(`\n${why}: ending the command\n`)
      const trouble = await watch?.kill(await askToEnd(program))
      if (trouble) output.note(`${trouble}\n`)
      else await soon(program.exited)
      program.abandon()
    })
    const exit = await program.exited
    onExit()
    watch?.programEnded()
    // The program may go at once, and children of it hold out: the command is over with the last.
    if (ending) await killed
    await program.drained
    if (watch && !ending) await nameLeftovers(watch)
    return exit
  }

  /** How long the tree may still take to end by itself after SIGTERM. */
  async function askToEnd({ pid, exited }: Running): Promise<number> {
    const { sigtermTime, interruptSignal } = shell
    if (sigtermTime !== undefined) return sigtermTime * 1000
    if (interruptSignal === undefined) return POLITE_S * 1000
    if (interruptSignal !== 'KILL' && pid !== undefined) {
      signalGroup(pid, interruptSignal)
      const patience = setTimeout(() => patient.resolve(), PATIENCE_MS)
      const patient = Promise.withResolvers<void>()
      await Promise.race([exited, patient.promise])
      clearTimeout(patience)
    }
    return 0
  }

  async function nameLeftovers(watch: TreeWatch) {
    const left = await watch.left().catch((error: Error) => error)
    // The program has ended well all the same.
    if (left instanceof Error)
      output.note(`whether something still runs in the background is not known: ${left.message}\n`)
    else if (left.length > 0)
      output.note(
        `still running in the background: ${left.map(describeProcess).join(', ')}; ended with ${named === undefined ? 'the next build here, or with the link' : 'the build'}\n`,
      )
  }
}

// News of an end may come a moment after the list has lost the process.
async function soon(exited: Promise<unknown>) {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise(resolve => {
    timer = setTimeout(resolve, EXIT_NEWS_MS)
  })
  await Promise.race([exited, late])
  clearTimeout(timer)
}

function signalGroup(pid: number, name: string) {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, `SIG${name}` as NodeJS.Signals)
  } catch {
    // It ended in the meantime.
  }
}

/**
 * The slave's environment, changed as the arguments say. `${NAME}` stands for the slave's own value.
 *
 * @param exact Names of variables whose values are taken as they are.
 */
export function stepEnvironment(
  shell: Pick<ShellArgs, 'env' | 'workdir'>,
  base: Readonly<Record<string, string>>,
  exact: readonly string[] = [],
): Record<string, string> {
  const env: Record<string, string> = { ...base, PWD: shell.workdir }
  const substitute = (text: string) =>
    text.replace(/\$\{(\w+)\}/g, (_, name) => base[keyOf(base, name)] ?? '')
  for (const [name, value] of Object.entries(shell.env ?? {})) {
    const key = keyOf(env, name)
    if (value === null) delete env[key]
    else if (typeof value === 'string' && exact.includes(name)) env[key] = value
    else
      env[key] =
        typeof value === 'string' ? substitute(value) : value.map(substitute).join(delimiter)
  }
  // As Buildbot's workers have it: a builder adds to what the machine needs.
  if (shell.env?.PYTHONPATH && base.PYTHONPATH)
    env.PYTHONPATH = `${env.PYTHONPATH}${delimiter}${base.PYTHONPATH}`
  return env
}

/** How a program ended, for its log: only what was seen. */
export function describeExit({ signal, code, abandoned }: Exit, elapsed: number): string {
  if (abandoned) return `was not seen to end; no longer waited for after ${elapsed.toFixed(0)} s\n`
  const how = signal ? `ended by ${signal}` : `exit status ${statusWords(code)}`
  return `${how} after ${elapsed.toFixed(elapsed < 10 ? 2 : 0)} s\n`
}

// Windows ends a program that broke by a number that people know in hexadecimal.
function statusWords(code: number): string {
  const isStatus = process.platform === 'win32' && code > 0xffff
  return isStatus ? `${code} (0x${code.toString(16).toUpperCase()})` : String(code)
}

function describe(shell: ShellArgs, env: Record<string, string>, brief: boolean): string {
  const words =
    typeof shell.command === 'string' ? shell.command : shell.command.map(quoted).join(' ')
  if (brief) return `${words}\n`
  const limits = [
    shell.timeout !== undefined && `timeout ${shell.timeout} s without output`,
    shell.maxTime !== undefined && `${shell.maxTime} s in all`,
    shell.usePTY && 'in a terminal',
  ].filter(Boolean)
  const lines = [words, `in ${shell.workdir}${limits.length > 0 ? ` (${limits.join(', ')})` : ''}`]
  if (shell.logEnviron)
    for (const [name, value] of Object.entries(env).sort()) lines.push(`  ${name}=${value}`)
  return `${lines.join('\n')}\n`
}
