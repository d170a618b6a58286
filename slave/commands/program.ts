import { accessSync, constants, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { standInTrouble } from '../protocol/developer-tools.ts'
import type { ShellArgs } from '../protocol/shell-args.ts'
import { ALL_LINES, cmdLinesOf } from './cmd-lines.ts'
import { quoted } from './quoted.ts'
import { cmdLineOf } from './windows-words.ts'

/** What is started for a command. */
export interface Program {
  readonly file: string
  readonly args: readonly string[]
  /** The arguments are parts of a command line as Windows is to have it: nothing is quoted any more. */
  readonly verbatim?: boolean
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
// Each command has a console of its own there, and UTF-8 is what a log is read as.
const IN_UTF8 = 'chcp 65001 >nul 2>&1'

/**
 * Finds the program of a command, and looks whether this system would run it.
 *
 * @param stops Whether a text of several lines stops at the first that fails, on Windows; elsewhere the
 * shell is told so by the text itself.
 */
export function programOf(
  { command, workdir }: Pick<ShellArgs, 'command' | 'workdir'>,
  env: Readonly<Record<string, string>>,
  stops = false,
): Program {
  const windows = process.platform === 'win32'
  if (typeof command === 'string')
    return checked(windows ? cmdOf(command, workdir, env, stops) : shellOf(command), workdir, env)
  const program = { file: command[0]!, args: command.slice(1), dispose() {} }
  return checked(windows ? foundOnWindows(program, workdir, env) : program, workdir, env)
}

function checked(
  program: Program,
  workdir: string,
  env: Readonly<Record<string, string>>,
): Program {
  const found = findProgram(program.file, workdir, env)
  const problem =
    program.problem ??
    found.problem ??
    standInTrouble(found.path!) ??
    tooLong([program.file, ...program.args], env)
  if (problem === undefined) return program
  program.dispose()
  return { ...program, problem }
}

function cmdOf(
  text: string,
  workdir: string,
  env: Readonly<Record<string, string>>,
  stops: boolean,
): Program {
  const file = env.COMSPEC ?? 'cmd.exe'
  const running = (line: string, more: Partial<Program> = {}): Program => ({
    file,
    args: ['/d', '/s', '/c', `"${line}"`],
    verbatim: true,
    dispose() {},
    ...more,
  })
  if (workdir.startsWith('\\\\'))
    return running(text, {
      problem: `cmd.exe takes no folder of the network as its own, and would run this in the folder of Windows instead of ${workdir}. Put the slave's folder on a disk of this machine.`,
    })
  const words = text.trim()
  const long = words.split('\n').find(line => line.length > LONGEST_CMD_CHARACTERS)
  if (long !== undefined)
    return running(text, {
      problem: `The command has ${long.length} characters in a line, and cmd.exe reads ${LONGEST_CMD_CHARACTERS}. Put it into a file of the repository and run that.`,
    })
  if (!words.includes('\n')) return running(`${IN_UTF8}& ${words}`)
  const lines = cmdLinesOf(words, stops)
  if ('problem' in lines) return running(text, lines)
  const folder = mkdtempSync(join(tmpdir(), 'triphammer-text-'))
  for (const [name, content] of Object.entries(lines.files))
    writeFileSync(join(folder, name), content)
  // The file ends cmd.exe. If cmd.exe ever comes back from it, something was left out.
  const lost = 'echo The text ended before its last line.>&2& exit 1'
  return running(`${IN_UTF8}& call "${join(folder, ALL_LINES)}"& ${lost}`, {
    dispose: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }),
  })
}

// What was found is what is started: Windows itself would look for .exe only, and elsewhere as well.
function foundOnWindows(
  program: Program,
  workdir: string,
  env: Readonly<Record<string, string>>,
): Program {
  const found = findProgram(program.file, workdir, env).path
  if (found === undefined) return program
  if (!/\.(cmd|bat)$/i.test(found)) return { ...program, file: found }
  const line = cmdLineOf(found, program.args)
  const cmd = { ...program, file: env.COMSPEC ?? 'cmd.exe', verbatim: true }
  if (line !== undefined) return { ...cmd, args: ['/d', '/s', '/c', `"${line}"`] }
  const problem = `"${program.file}" is a batch file (${found}), and cmd.exe, which runs it, would read " and % in an argument itself. Write the command as a text, in the way of cmd.exe.`
  return { ...cmd, problem }
}

function shellOf(text: string): Program {
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
function findProgram(
  file: string,
  workdir: string,
  env: Readonly<Record<string, string>>,
): { readonly path?: string; readonly problem?: string } {
  const named = isAbsolute(file) || (process.platform === 'win32' ? /[\\/]/ : /\//).test(file)
  const folders = named
    ? [workdir]
    : (env.PATH ?? DEFAULT_PATH).split(delimiter).map(folder => resolve(workdir, folder))
  let code = 'ENOENT'
  for (const folder of folders)
    for (const ending of endingsOf(file)) {
      const path = resolve(folder, file + ending)
      const found = canRun(path)
      if (found === 'yes') return { path }
      if (found === 'no') code = 'EACCES'
      // A folder of the PATH that this user may not enter has nothing for it.
      if (found === 'hidden' && named)
        return { problem: `"${file}" may not be run: this user may not look into its folder.` }
    }
  return { problem: explainStart({ code }, file) }
}

// A name without one of these endings is no program of Windows: "npm" lies beside "npm.cmd" for other shells.
function endingsOf(file: string): readonly string[] {
  if (process.platform !== 'win32') return ['']
  return /\.(com|exe|cmd|bat)$/i.test(file) ? [''] : ['.com', '.exe', '.cmd', '.bat']
}

/** Whether this user may run a file as a program. */
export function canRun(path: string): 'yes' | 'no' | 'absent' | 'hidden' {
  try {
    if (!statSync(path).isFile()) return 'no'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'hidden' : 'absent'
  }
  try {
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
