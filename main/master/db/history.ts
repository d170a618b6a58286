import { type Database, openDatabase } from './database.ts'
import { LATEST, migrate } from './migrate.ts'

/**
 * Opens history.sqlite, or makes a new one. An older one has been brought to this version
 * before, on a copy (see upgrade/).
 *
 * @param lookOnly The file is a copy, and is taken as it is.
 * @param busyMs How long a write waits for another program before it fails.
 */
export function openHistory(path: string, lookOnly = false, busyMs?: number): Database {
  const db = openDatabase(path, busyMs === undefined ? {} : { busyMs })
  if (lookOnly) return db
  try {
    if (db.userVersion !== 0 && db.userVersion !== LATEST)
      throw new Error(`${path} has schema ${db.userVersion} instead of ${LATEST}`)
    const made = db.userVersion === 0
    migrate(db)
    // From here on a file without tables is one that has lost them.
    if (made) db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } catch (error) {
    db.close()
    throw error
  }
  return db
}
