import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, open, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The SHA-256 of a file and its size, block by block. */
export async function hashFile(path: string): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const block of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    hash.update(block)
    sizeBytes += block.length
  }
  return { sha256: hash.digest('hex'), sizeBytes }
}

/** Has a file or folder on the disk when it resolves. */
export async function syncPath(path: string): Promise<void> {
  // Windows opens no folders; there a rename is durable by itself.
  const folder = (await stat(path)).isDirectory()
  if (folder && process.platform === 'win32') return
  const file = await open(path, folder ? 'r' : 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    found => found.size,
    () => 0,
  )
}

/**
 * Whoever made a backup or an export may have put a link into it, which would bring a file of this
 * machine into the data directory.
 *
 * @throws Error that names what is not a plain file.
 */
export async function demandPlainFile(path: string): Promise<void> {
  if (!(await lstat(path)).isFile())
    throw new Error(
      `${path} is not a plain file, and backups and exports hold nothing else. Nothing was changed.`,
    )
}

/** @throws Error that says how much is missing, before anything was written. */
export async function demandSpace(folder: string, neededBytes: number): Promise<void> {
  const lack = await lackOfSpace(folder, neededBytes)
  if (lack !== null) throw new Error(`${lack} Nothing was written.`)
}

/** How much is missing, in a sentence; `null` when there is room. */
export async function lackOfSpace(folder: string, neededBytes: number): Promise<string | null> {
  const { bavail, bsize } = await statfs(await existing(folder))
  const free = bavail * bsize
  return free < neededBytes
    ? `there is not enough room in ${folder}: ${inMb(neededBytes)} are needed and ${inMb(free)} are free.`
    : null
}

// The folder itself may not be there yet.
async function existing(folder: string): Promise<string> {
  return stat(folder).then(
    () => folder,
    () => (dirname(folder) === folder ? folder : existing(dirname(folder))),
  )
}

function inMb(bytes: number): string {
  return `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`
}
