import { chmodSync, existsSync, lstatSync, mkdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { needHome } from '../../slave/protocol/home.ts'

/**
 * The data directory: what was asked for, else TRIPHAMMER_DATA, else the same
 * place that the desktop app has, so that both shells share one history.
 */
export function dataDirectory(asked: string | undefined): string {
  const wanted = asked ?? (process.env.TRIPHAMMER_DATA || undefined)
  return realFolder(wanted === undefined ? join(appData(), 'Triphammer') : resolve(wanted))
}

/**
 * The folder itself, with all links on the way to it resolved. The sockets of a master and of its slaves are
 * found by the name of their folder, so one folder needs one name, whoever is asked for it in which way.
 */
export function realFolder(folder: string): string {
  try {
    // Not the system's own way, which on Windows leads from a drive's letter to the server behind it.
    return realpathSync(folder)
  } catch {
    // What is not there yet is made in what is.
    const above = dirname(folder)
    return above === folder ? folder : join(realFolder(above), basename(folder))
  }
}

// As Electron's app.getPath('appData'), but on Windows. There that is the roaming profile, which companies copy at
// each logout, or keep on a share, where SQLite must not be.
function appData(): string {
  if (process.platform === 'win32') return appDataOfWindows()
  if (process.platform === 'darwin')
    return join(needHome('--data'), 'Library', 'Application Support')
  return process.env.XDG_CONFIG_HOME || join(needHome('--data'), '.config')
}

/** The folder of all apps' data on Windows, for apps whose data does not travel with the user. */
export function appDataOfWindows(): string {
  const { APPDATA, LOCALAPPDATA } = process.env
  // Up to 0.2.0 it was there.
  if (APPDATA && existsSync(join(APPDATA, 'Triphammer', 'history.sqlite'))) return APPDATA
  return LOCALAPPDATA ?? join(needHome('--data'), 'AppData', 'Local')
}

/** @throws Error that says in one sentence why the folder can't be used. */
export function ensureDataDirectory(folder: string): void {
  try {
    makeFolders(folder)
    if (process.platform !== 'win32') chmodSync(folder, 0o700)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why =
      code === 'EEXIST' || code === 'ENOTDIR'
        ? isLink(folder)
          ? 'it is a link to what is not there'
          : 'a file is in its place'
        : code === 'ENOENT'
          ? 'the system makes no folder there'
          : code === 'EACCES' || code === 'EROFS'
            ? 'this user may not write there'
            : message
    throw new Error(`The data directory ${folder} can't be used: ${why}. Name another with --data.`)
  }
}

// One at a time: Node's own way tries for ever where the system takes no folder, as below /proc.
function makeFolders(folder: string): void {
  const missing: string[] = []
  for (let at = folder; !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.push(at)
  for (const one of missing.reverse())
    try {
      mkdirSync(one, { mode: 0o700 })
    } catch (error) {
      // Somebody may have made it meanwhile.
      if (!existsSync(one)) throw error
    }
  if (!statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' })
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink()
  } catch {
    return false
  }
}
