import { constants } from 'node:os'
import {
  asArray,
  asBoolean,
  asMap,
  asNumber,
  asString,
  asStrings,
  type Fields,
  optional,
  ProtocolError,
} from './parse.ts'

/** The arguments of `shell`, as the protocol names them. Times are seconds. */
export interface ShellArgs {
  readonly workdir: string
  /** A text is run by the shell; a list is a program and its arguments. */
  readonly command: string | readonly string[]
  /**
   * Whether a text of several lines stops at the first that fails. For cmd.exe of Windows only, and not of
   * Buildbot: for other shells the text says so itself.
   */
  readonly errexit?: boolean
  /** `null` removes a variable; a list is joined by the path separator. */
  readonly env?: Readonly<Record<string, string | readonly string[] | null>>
  readonly want_stdout?: boolean
  readonly want_stderr?: boolean
  readonly logfiles?: Readonly<Record<string, LogFile>>
  /** Longest time without output. */
  readonly timeout?: number
  readonly maxTime?: number
  readonly max_lines?: number
  /** Seconds between the polite signal and the hard one. */
  readonly sigtermTime?: number
  readonly usePTY?: boolean
  readonly logEnviron?: boolean
  readonly initial_stdin?: string
  /** The signal with which it is ended, without `SIG`; after `sigtermTime` where that is given. */
  readonly interruptSignal?: string
}

export interface LogFile {
  readonly filename: string
  /** Start at the present end of the file. */
  readonly follow: boolean
}

/** @throws ProtocolError naming the argument that is wrong. */
export function parseShellArgs(args: Fields): ShellArgs {
  const given: { -readonly [K in keyof ShellArgs]?: ShellArgs[K] | undefined } = {
    workdir: asString(args.workdir, 'workdir'),
    command: parseCommand(args.command),
    errexit: optional(args.errexit, 'errexit', asBoolean),
    env: optional(args.env, 'env', parseEnv),
    want_stdout: optional(args.want_stdout, 'want_stdout', asBoolean),
    want_stderr: optional(args.want_stderr, 'want_stderr', asBoolean),
    logfiles: optional(args.logfiles, 'logfiles', parseLogFiles),
    timeout: optional(args.timeout, 'timeout', asNumber),
    maxTime: optional(args.maxTime, 'maxTime', asNumber),
    max_lines: optional(args.max_lines, 'max_lines', asNumber),
    sigtermTime: optional(args.sigtermTime, 'sigtermTime', asNumber),
    usePTY: optional(args.usePTY, 'usePTY', asBoolean),
    logEnviron: optional(args.logEnviron, 'logEnviron', asBoolean),
    initial_stdin: optional(args.initial_stdin, 'initial_stdin', asString),
    interruptSignal: optional(args.interruptSignal, 'interruptSignal', parseSignal),
  }
  return given as ShellArgs
}

function parseCommand(value: unknown): string | string[] {
  if (typeof value === 'string') return value
  const words = asStrings(value, 'command')
  if (words.length === 0) throw new ProtocolError('command must not be an empty list')
  return words
}

// As `KILL`; some masters write `SIGKILL`.
function parseSignal(value: unknown, what: string): string {
  const name = asString(value, what).replace(/^SIG/, '')
  if (!Object.hasOwn(constants.signals, `SIG${name}`))
    throw new ProtocolError(`${what}: there is no signal "${name}"`)
  return name
}

function parseEnv(value: unknown): Record<string, string | string[] | null> {
  const env: Record<string, string | string[] | null> = {}
  for (const [name, one] of Object.entries(asMap(value, 'env')))
    env[name] =
      one === null
        ? null
        : Array.isArray(one)
          ? asStrings(asArray(one, `env.${name}`), `env.${name}`)
          : asString(one, `env.${name}`)
  return env
}

function parseLogFiles(value: unknown): Record<string, LogFile> {
  const files: Record<string, LogFile> = {}
  for (const [name, one] of Object.entries(asMap(value, 'logfiles'))) {
    if (typeof one === 'string') files[name] = { filename: one, follow: false }
    else {
      const { filename, follow } = asMap(one, `logfiles.${name}`)
      files[name] = {
        filename: asString(filename, `logfiles.${name}.filename`),
        follow: optional(follow, `logfiles.${name}.follow`, asBoolean) ?? false,
      }
    }
  }
  return files
}
