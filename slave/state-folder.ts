import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { needHome } from './protocol/home.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Where a slave of that name keeps its certificate, its keys, its log and its builds. */
export function stateFolder(
  name: string,
  platform: NodeJS.Platform = process.platform,
  env: Env = process.env,
  home?: string,
): string {
  const own = () => home ?? needHome('--state')
  if (platform === 'win32')
    return join(env.LOCALAPPDATA || join(own(), 'AppData', 'Local'), 'Triphammer Slave', name)
  if (platform === 'darwin')
    return join(own(), 'Library', 'Application Support', 'Triphammer Slave', name)
  return join(env.XDG_STATE_HOME || join(own(), '.local', 'state'), 'triphammer-slave', name)
}

/** @throws Error that says in one sentence why the folder can't be used. */
export function ensureFolder(folder: string, what: string, option: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why =
      code === 'EEXIST' || code === 'ENOTDIR'
        ? 'a file is in its place'
        : code === 'EACCES' || code === 'EROFS' || code === 'EPERM'
          ? 'this user may not write there'
          : message
    throw new Error(`${what} ${folder} can't be used: ${why}; name another with ${option}`)
  }
}

/** The same, for what others must not read. */
export function ensurePrivateFolder(folder: string, what: string, option: string): void {
  ensureFolder(folder, what, option)
  if (process.platform !== 'win32') chmodSync(folder, 0o700)
}
