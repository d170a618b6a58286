import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { socketFolder } from '../../../slave/protocol/socket-folder.ts'

// sun_path holds 104 bytes on macOS and 108 on Linux, with a zero at the end.
const LONGEST_PATH_BYTES = 100

/**
 * Where a private socket of this data directory is: in `folder` when the system
 * takes a path of that length, else in a folder of this user's own. A named pipe on Windows.
 */
export function socketPath(folder: string, name: string): string {
  const direct = join(folder, name)
  const hash = createHash('sha256').update(direct).digest('hex').slice(0, 24)
  if (process.platform === 'win32') return `\\\\.\\pipe\\triphammer-${hash}`
  if (Buffer.byteLength(direct) <= LONGEST_PATH_BYTES) return direct
  return join(socketFolder(), hash)
}
