import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// sun_path holds 104 bytes on macOS and 108 on Linux, with a zero at the end.
const LONGEST_PATH_BYTES = 100

/**
 * Where a private socket of this data directory is: in `folder` when the system
 * takes a path of that length, else in a folder of this user's own under the
 * temporary folder. A named pipe on Windows.
 */
export function socketPath(folder: string, name: string): string {
  const direct = join(folder, name)
  const hash = createHash('sha256').update(direct).digest('hex').slice(0, 24)
  if (process.platform === 'win32') return `\\\\.\\pipe\\triphammer-${hash}`
  if (Buffer.byteLength(direct) <= LONGEST_PATH_BYTES) return direct
  return join(privateTemporaryFolder(), hash)
}

function privateTemporaryFolder(): string {
  const uid = process.getuid?.()
  const folder = join(tmpdir(), `triphammer-${uid}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const stat = lstatSync(folder)
  // Anybody may have made a folder of that name before us.
  if (!stat.isDirectory() || stat.uid !== uid)
    throw new Error(`${folder} belongs to somebody else; set TMPDIR to a folder of your own`)
  chmodSync(folder, 0o700)
  return folder
}
