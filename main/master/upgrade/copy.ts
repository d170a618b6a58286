import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

const BLOCK_BYTES = 4 * 1024 * 1024

/** Copies a file; where the file system can, both share their blocks until one changes. */
export function copyWhole(from: string, to: string, onShare: (share: number) => void): void {
  try {
    copyFileSync(from, to, constants.COPYFILE_FICLONE_FORCE)
    onShare(1)
    return
  } catch {
    // Block by block then, so that it can be followed and ended.
  }
  const source = openSync(from, 'r')
  const target = openSync(to, 'w', 0o600)
  try {
    const { size } = fstatSync(source)
    const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, Math.max(1, size)))
    for (let at = 0; ; ) {
      const read = readSync(source, block, 0, block.length, at)
      if (read === 0) break
      for (let written = 0; written < read; )
        written += writeSync(target, block, written, read - written, at + written)
      at += read
      onShare(size === 0 ? 1 : at / size)
    }
  } finally {
    closeSync(source)
    closeSync(target)
  }
}

/**
 * Folds the write-ahead log of a killed process back into its database, so that one
 * file is all there is.
 *
 * @throws Error that says so when somebody else has the file open.
 */
export function settle(path: string): void {
  const db = new DatabaseSync(path, { timeout: 1000 })
  try {
    // Nobody may write between the copy and the swap: alone or not at all.
    db.exec(
      'PRAGMA locking_mode=EXCLUSIVE; BEGIN IMMEDIATE; COMMIT; PRAGMA wal_checkpoint(TRUNCATE)',
    )
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY)
      throw new Error(`another program has ${path} open. Close it and try again.`)
    throw error
  } finally {
    db.close()
  }
}

const SQLITE_BUSY = 5
