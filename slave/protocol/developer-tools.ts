import { execFileSync } from 'node:child_process'
import { basename, delimiter, dirname, join } from 'node:path'

// Programs of /usr/bin that are stand-ins: without Apple's tools each start opens a dialogue in front of somebody.
const STAND_INS = new Set(
  'c++ cc clang clang++ g++ gcc git gm4 gnumake ld lldb m4 make pip3 python3 strip swift swiftc svn'.split(
    ' ',
  ),
)
const APPLE = '/usr/bin'
const LONGEST_MS = 5000

let found = false

/** Whether Apple's command line tools, or Xcode, are on this Mac. */
export function hasDeveloperTools(): boolean {
  // They do not go while we run; until they come each look asks again.
  found ||= askForTools()
  return found
}

function askForTools(): boolean {
  try {
    return (
      execFileSync('xcode-select', ['-p'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: LONGEST_MS,
      }).trim() !== ''
    )
  } catch {
    return false
  }
}

/** Why a program must not be started on a Mac: it would open a dialogue instead of doing its work. */
export function standInTrouble(path: string): string | undefined {
  const name = basename(path)
  if (process.platform !== 'darwin' || dirname(path) !== APPLE || !STAND_INS.has(name))
    return undefined
  if (hasDeveloperTools()) return undefined
  return `${name} is not installed yet: ${path} only asks for Apple's command line tools. Install them with: xcode-select --install`
}

/** The same for a name that the first folder of a PATH decides which has it. */
export function standInTroubleOf(
  name: string,
  path: string | undefined,
  exists: (file: string) => boolean,
): string | undefined {
  if (process.platform !== 'darwin' || !STAND_INS.has(name)) return undefined
  const folder = (path ?? APPLE).split(delimiter).find(one => exists(join(one, name)))
  return folder === undefined ? undefined : standInTrouble(join(folder, name))
}
