import { chmodSync, lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { homeFolder } from './home.ts'

/**
 * A folder of this user's own with a short path, for sockets whose own folder has one that is too long.
 *
 * On macOS it is in the home folder: what nobody has touched for three days is removed from the temporary
 * one, and master and slave would lose each other.
 */
export function socketFolder(): string {
  const uid = process.getuid?.()
  const home = process.platform === 'darwin' ? homeFolder() : undefined
  const folder = home ? join(home, '.triphammer') : join(tmpdir(), `triphammer-${uid}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const stat = lstatSync(folder)
  // Anybody may have made a folder of that name before us.
  if (!stat.isDirectory() || stat.uid !== uid)
    throw new Error(`${folder} belongs to somebody else; set TMPDIR to a folder of your own`)
  chmodSync(folder, 0o700)
  return folder
}
