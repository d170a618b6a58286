import { chmodSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * The data directory: what was asked for, else TRIPHAMMER_DATA, else the same
 * place that the desktop app has, so that both shells share one history.
 */
export function dataDirectory(asked: string | undefined): string {
  if (asked !== undefined) return resolve(asked)
  if (process.env.TRIPHAMMER_DATA) return resolve(process.env.TRIPHAMMER_DATA)
  return join(appData(), 'Triphammer')
}

// As Electron's app.getPath('appData').
function appData(): string {
  if (process.platform === 'win32')
    return process.env.APPDATA ?? join(homedir(), 'AppData', 'Roaming')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support')
  return process.env.XDG_CONFIG_HOME || join(homedir(), '.config')
}

/** @throws Error that says in one sentence why the folder can't be used. */
export function ensureDataDirectory(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (process.platform !== 'win32') chmodSync(folder, 0o700)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why =
      code === 'EEXIST' || code === 'ENOTDIR'
        ? 'a file is in its place'
        : code === 'EACCES' || code === 'EROFS'
          ? 'this user may not write there'
          : message
    throw new Error(`The data directory ${folder} can't be used: ${why}. Name another with --data.`)
  }
}
