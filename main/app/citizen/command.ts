import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import { RefusedError } from '../../bridge/refused.ts'

/** What the command `triphammer` in a terminal is made from. */
export interface CommandFacts {
  readonly platform: NodeJS.Platform
  /** That of a terminal of this person, as far as it is known. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  /** The app's executable. */
  readonly execPath: string
  /** The app's folder or archive, with the command line in it. */
  readonly appPath: string
  /** The AppImage that the app runs from. */
  readonly appImage: string | undefined
}

/** By it a file is known to be ours. */
const MARK = 'written by Triphammer'

/** Where the command is; `null` where we put none. */
export function findCommand(facts: CommandFacts): string | null {
  return (
    commandFolders(facts)
      .map(folder => join(folder, commandName(facts)))
      .find(isOurs) ?? null
  )
}

/**
 * Puts the command into a folder of the person's own, at best one of the PATH.
 *
 * @returns What is still to be done by the person, in one sentence, or nothing.
 * @throws RefusedError where another program has that name, or the file can't be written.
 */
export function putCommand(facts: CommandFacts): string {
  const folders = commandFolders(facts)
  const inPath = (folder: string) => pathOf(facts).includes(folder)
  const folder = folders.find(one => inPath(one) && isWritable(one)) ?? folders[0]!
  const file = join(folder, commandName(facts))
  if (existsSync(file) && !isOurs(file))
    throw new RefusedError(
      `${file} is there already and is not ours. Move it away, then try again.`,
    )
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, commandText(facts), { mode: 0o755 })
  } catch (error) {
    throw new RefusedError(`${file} can't be written: ${(error as Error).message}.`)
  }
  return inPath(folder) ? '' : `${folder} is not in the PATH of your shell: add it there.`
}

/** Takes the command back. */
export function removeCommand(facts: CommandFacts): void {
  const file = findCommand(facts)
  if (file !== null) rmSync(file)
}

/** Writes a command anew that starts another copy of the app: an update may have moved it. */
export function healCommand(facts: CommandFacts): void {
  const file = findCommand(facts)
  if (file !== null && readFileSync(file, 'utf8') !== commandText(facts))
    writeFileSync(file, commandText(facts), { mode: 0o755 })
}

function commandFolders({ platform, env, home }: CommandFacts): readonly string[] {
  // Windows has this one in everybody's Path.
  if (platform === 'win32')
    return [join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'Microsoft', 'WindowsApps')]
  const own = [join(home, '.local', 'bin'), join(home, 'bin')]
  return platform === 'darwin' ? [...own, '/usr/local/bin'] : own
}

function commandName({ platform }: CommandFacts): string {
  return platform === 'win32' ? 'triphammer.cmd' : 'triphammer'
}

/** The text of the command. Electron is Node when it is told so. */
export function commandText(facts: CommandFacts): string {
  const { platform, execPath, appPath, appImage, env } = facts
  const cli = join(appPath, 'out', 'main', 'cli.js')
  if (platform === 'win32') {
    const [program, script] = [execPath, cli].map(path => batchPath(path, env.LOCALAPPDATA))
    return [
      '@echo off',
      `rem ${MARK}`,
      'setlocal',
      'set ELECTRON_RUN_AS_NODE=1',
      `"${program}" "${script}" %*`,
      '',
    ].join('\r\n')
  }
  if (appImage !== undefined) return mountedCommand(appImage)
  return [
    '#!/bin/sh',
    `# ${MARK}`,
    `ELECTRON_RUN_AS_NODE=1 exec ${quoted(execPath)} ${quoted(cli)} "$@"`,
    '',
  ].join('\n')
}

// The start script inside of an AppImage may add an option that Node refuses, so we pass it by: the image is
// mounted for as long as the command runs. The mount ends with its keeper, to whom Ctrl+C is not meant.
function mountedCommand(appImage: string): string {
  return [
    '#!/bin/sh',
    `# ${MARK}`,
    `image=${quoted(appImage)}`,
    'told=$(mktemp) || exit 1',
    `(trap '' INT HUP; exec "$image" --appimage-mount) >"$told" 2>/dev/null &`,
    'keeper=$!',
    `trap 'kill "$keeper" 2>/dev/null; rm -f "$told"' EXIT`,
    `trap : INT`,
    'until [ -s "$told" ]; do',
    '  kill -0 "$keeper" 2>/dev/null || { echo "triphammer: $image could not be mounted" >&2; exit 1; }',
    '  sleep 0.05',
    'done',
    'app=$(head -n 1 "$told")',
    'TRIPHAMMER_ELECTRON="$image" ELECTRON_RUN_AS_NODE=1 \\',
    '  "$app/triphammer" "$app/resources/app.asar/out/main/cli.js" "$@" &',
    'child=$!',
    `for name in TERM HUP; do trap "kill -$name $child 2>/dev/null" "$name"; done`,
    'wait "$child"; code=$?',
    'while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done',
    'exit "$code"',
    '',
  ].join('\n')
}

// cmd reads a batch file in the code page of the console: a user's name beyond ASCII comes by a variable.
function batchPath(path: string, local: string | undefined): string {
  const isLocal = local !== undefined && path.startsWith(`${local}\\`)
  const rest = (isLocal ? path.slice(local.length) : path).replaceAll('%', '%%')
  return isLocal ? `%LOCALAPPDATA%${rest}` : rest
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function pathOf({ env, platform }: CommandFacts): readonly string[] {
  const path = env.PATH ?? (platform === 'win32' ? env.Path : undefined) ?? ''
  return path.split(delimiter)
}

function isOurs(file: string): boolean {
  try {
    return readFileSync(file, 'utf8').slice(0, 200).includes(MARK)
  } catch {
    return false
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
