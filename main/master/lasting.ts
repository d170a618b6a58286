import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { writeWhole } from '../../slave/protocol/write-whole.ts'

// What may import this room has them from here.
export {
  isInUse,
  PATIENCE_ALONE_MS,
  renameAtOnce,
  renamePatiently,
} from '../../slave/protocol/rename.ts'

/** Writes a file as `writeWhole` does; also its name is on the disk when it returns. */
export function writeLasting(file: string, text: string): void {
  writeWhole(file, text)
  syncFolder(dirname(file))
}

/** Has what was made, renamed or removed in a folder on the disk. */
export function syncFolder(folder: string): void {
  // Windows opens no folders; there a rename is durable by itself.
  if (process.platform !== 'win32') sync(folder, 'r')
}

export function syncFile(path: string): void {
  sync(path, 'r+')
}

function sync(path: string, flags: string) {
  const fd = openSync(path, flags)
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
