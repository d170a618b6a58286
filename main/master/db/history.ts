import { type Database, openDatabase } from './database.ts'
import { migrate, refuseNewer } from './migrate.ts'

/**
 * Opens history.sqlite and brings it up to this version's schema.
 *
 * @throws DatabaseTooNewError, with the file untouched, if a later Triphammer wrote it.
 */
export function openHistory(path: string): Database {
  refuseNewerFile(path)
  const db = openDatabase(path)
  try {
    migrate(db)
  } catch (error) {
    db.close()
    throw error
  }
  return db
}

// Read-only first: opening for writing would already touch a newer file.
function refuseNewerFile(path: string) {
  let db: Database
  try {
    db = openDatabase(path, { readOnly: true })
  } catch (error) {
    // There is none yet, or it is damaged, which opening it for writing will say better.
    if ((error as { errcode?: number }).errcode === SQLITE_CANTOPEN) return
    throw error
  }
  try {
    refuseNewer(db)
  } finally {
    db.close()
  }
}

const SQLITE_CANTOPEN = 14
