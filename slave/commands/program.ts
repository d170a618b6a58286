import { accessSync, constants, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import type { ShellArgs } from '../protocol/shell-args.ts'
import { quoted } from './quoted.ts'

/** What is started for a command. */
export interface Program {
  readonly file: string
  readonly args: readonly string[]
  /** Why it can't be run, in words for a person. */
  readonly problem?: string
  /** Removes what was made for it, once it has ended. */
  dispose(): void
}

// What a shell takes where there is no PATH.
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin'
// Linux takes 32 pages for one argument or variable, with a zero at the end.
const LONGEST_WORD_BYTES = process.platform === 'linux' ? 131_071 : Number.POSITIVE_INFINITY
// Longer text goes through a file. Systems other than Linux count all arguments together.
const LONGEST_TEXT_BYTES = 100_000
// cmd.exe reads no further.
const LONGEST_CMD_CHARACTERS = 8000

/** Finds the program of a command, and looks whether this system would run it. */
export function programOf(
  { command, workdir }: Pick<ShellArgs, 'command' | 'workdir'>,
  env: Readonly<Record<string, string>>,
): Program {
  const program = typeof command === 'string' ? shellOf(command) : listed(command)
  const problem =
    program.problem ??
    whyNotRun(program.file, workdir, env) ??
    tooLong([program.file, ...program.args], env)
  return problem === undefined ? program : { ...program, problem }
}

function listed(words: readonly string[]): Program {
  return { file: words[0]!, args: words.slice(1), dispose() {} }
}

function shellOf(text: string): Program {
  if (process.platform === 'win32') {
    const file = process.env.COMSPEC ?? 'cmd.exe'
    const program = { file, args: ['/d', '/s', '/c', `"${text}"`], dispose() {} }
    if (text.length <= LONGEST_CMD_CHARACTERS) return program
    const problem = `The command has ${text.length} characters, and cmd.exe reads ${LONGEST_CMD_CHARACTERS}. Put it into a file of the repository and run that.`
    return { ...program, problem }
  }
  if (Buffer.byteLength(text) <= LONGEST_TEXT_BYTES) return shell(text)
  const folder = mkdtempSync(join(tmpdir(), 'triphammer-text-'))
  const file = join(folder, 'text')
  writeFileSync(file, text, { mode: 0o600 })
  const dispose = () => rmSync(folder, { recursive: true, force: true })
  // The same shell reads it: "$0", options and the exit status stay what they are.
  return { ...shell(`. ${quoted(file)}`), dispose }
}

function shell(text: string): Program {
  return { file: '/bin/sh', args: ['-c', text], dispose() {} }
}

function tooLong(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): string | undefined {
  const size = (text: string) => Buffer.byteLength(text)
  const longest = Math.max(...words.map(size))
  if (longest > LONGEST_WORD_BYTES)
    return `One argument has ${longest} bytes, and this system takes ${LONGEST_WORD_BYTES}. Write it into a file and name that.`
  const variable = Object.entries(env).find(
    ([name, value]) => size(`${name}=${value}`) > LONGEST_WORD_BYTES,
  )
  if (variable)
    return `The variable ${variable[0]} has ${size(variable[1])} bytes, and this system takes ${LONGEST_WORD_BYTES} with its name. Write the value into a file.`
  return undefined
}

// Asked before: a shell or a terminal that finds no program says so in words of its own.
function whyNotRun(
  file: string,
  workdir: string,
  env: Readonly<Record<string, string>>,
): string | undefined {
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
  return explainStart({ code }, file)
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

/** Why a program did not start, in words for a person. */
export function explainStart(error: { code?: string; message?: string }, file: string): string {
  switch (error.code) {
    case 'ENOENT':
      return `"${file}" was not found. Is it installed, and in the slave's PATH?`
    case 'EACCES':
      return `"${file}" may not be run: it is not marked as a program.`
    case 'E2BIG':
    case 'ENAMETOOLONG':
      return `"${file}" could not be started: its arguments and its environment together are longer than this system takes. Write long values into files.`
    default:
      return `"${file}" could not be started: ${error.message}`
  }
}
