import { closeSync, openSync } from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'
import { syncPath } from './files.ts'

/** One state of a database that others go on writing to. */
export interface Snapshot {
  readonly db: DatabaseSync
  /** Copies that state, and no later one, into a new file. */
  copyTo(path: string, onProgress?: (done: number, total: number) => void): Promise<void>
  close(): void
}

// 1 MiB at a time for 4 KiB pages.
const PAGES_A_STEP = 256

/**
 * Holds a database at its present state. Reading holds nobody up: in WAL mode the
 * writer goes on, and its write-ahead log is only not folded back before the end.
 * Without the held transaction each commit would have SQLite begin the copy anew.
 */
export function openSnapshot(path: string): Snapshot {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
  try {
    db.exec('BEGIN')
    // The first reading decides which state it is.
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
  } catch (error) {
    db.close()
    throw error
  }
  return {
    db,
    async copyTo(target, onProgress) {
      closeSync(openSync(target, 'wx', 0o600))
      await backup(db, target, {
        rate: PAGES_A_STEP,
        progress: ({ totalPages, remainingPages }) =>
          onProgress?.(totalPages - remainingPages, totalPages),
      })
    },
    close() {
      db.close()
    },
  }
}

/**
 * Makes a copy one file that nothing has to lie beside, and changes it with `work` meanwhile.
 * It is on the disk when this resolves.
 */
export async function finishCopy(path: string, work: (db: DatabaseSync) => void): Promise<void> {
  const db = new DatabaseSync(path)
  try {
    db.exec('PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY')
    work(db)
    db.exec('PRAGMA journal_mode=DELETE')
  } finally {
    db.close()
  }
  await syncPath(path)
}
