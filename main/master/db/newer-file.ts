import { existsSync, rmSync } from 'node:fs'
import { type Database, openDatabase } from './database.ts'
import { type Migration, refuseNewer } from './migrate.ts'

/**
 * Looks at a database before it is opened for writing, which would already touch it.
 *
 * @throws DatabaseTooNewError if a later Triphammer wrote the file. Nothing is left
 *   changed then, and nothing new beside it.
 * @throws Error that names the file when it is no database.
 */
export function refuseNewerFile(path: string, migrations: readonly Migration[]): void {
  // Even a reader makes these two where they are not, and a reader does not remove them.
  const made = [`${path}-wal`, `${path}-shm`].filter(file => !existsSync(file))
  let db: Database
  try {
    db = openDatabase(path, { readOnly: true })
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_CANTOPEN && !existsSync(path)) return
    throw unreadable(path, error as Error)
  }
  try {
    db.userVersion
  } catch (error) {
    db.close()
    throw unreadable(path, error as Error)
  }
  try {
    refuseNewer(db, migrations)
  } finally {
    db.close()
    for (const file of made) rmSync(file, { force: true })
  }
}

function unreadable(path: string, error: Error): Error {
  return new Error(`${path} can't be read (${error.message}). Nothing was changed.`, {
    cause: error,
  })
}

const SQLITE_CANTOPEN = 14
