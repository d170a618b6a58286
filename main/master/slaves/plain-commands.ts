import { asMap, asString, type Fields } from '../../../slave/protocol/parse.ts'
import type { SlaveInfo } from '../model.ts'

/** Thrown at a step that needs what its slave cannot do. */
export class TooOldError extends Error {
  override readonly name = 'TooOldError'
}

/** Arguments that only our own slaves know. */
const OURS: Readonly<Record<string, readonly string[]>> = {
  shell: ['brief', 'build_marker', 'exact_env', 'errexit'],
}

/** Arguments by the form of the commands that brought them. */
const SINCE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  shell: { max_lines: '3.3', sigtermTime: '2.16' },
}

/** These run a program on a worker, `rm` and `cp` among them. */
export const RUN_PROGRAMS: readonly string[] = ['shell', 'rmdir', 'cpdir']

/** Commands that have an older name, too. */
const ANNOUNCED_AS: Readonly<Record<string, readonly string[]>> = {
  upload_file: ['upload_file', 'uploadFile'],
  upload_directory: ['upload_directory', 'uploadDirectory'],
  download_file: ['download_file', 'downloadFile'],
}

/**
 * The arguments of a command as a slave takes them that knows Buildbot's protocol and
 * nothing beyond it.
 *
 * @throws TooOldError when it does not have the command.
 */
export function plainArguments(name: string, args: Fields, info: SlaveInfo): Fields {
  const version = commandVersion(name, info)
  const unknown = (arg: string) => {
    if (OURS[name]?.includes(arg)) return true
    const since = SINCE[name]?.[arg]
    return since !== undefined && isOlder(version, since)
  }
  const known = Object.entries(args).filter(([arg]) => !unknown(arg))
  // Where it is not told otherwise, a worker writes its whole environment into the header.
  const quiet = RUN_PROGRAMS.includes(name) ? { logEnviron: false } : {}
  return { ...quiet, ...Object.fromEntries(known) }
}

/** @throws TooOldError when the slave does not announce the command. */
export function commandVersion(name: string, info: SlaveInfo): string {
  const { worker_commands: commands } = info
  // A slave that announces nothing is taken at its word later, when it refuses.
  if (commands === undefined) return '0'
  const announced = asMap(commands, 'worker_commands')
  for (const one of ANNOUNCED_AS[name] ?? [name])
    if (announced[one] !== undefined) return asString(announced[one], `worker_commands.${one}`)
  const version = typeof info.version === 'string' ? `, version ${info.version},` : ''
  throw new TooOldError(
    `the slave${version} is too old: it does not know the command "${name}". Install a newer one, or give the builder another slave.`,
  )
}

/** Compares versions of dotted numbers, as Buildbot does. */
export function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map(text =>
    text.split('.').map(part => Number.parseInt(part, 10) || 0),
  )
  for (let i = 0; i < Math.max(a!.length, b!.length); i++)
    if ((a![i] ?? 0) !== (b![i] ?? 0)) return (a![i] ?? 0) < (b![i] ?? 0)
  return false
}
