import { type Database, openDatabase } from './database.ts'
import { LATEST, migrate } from './migrate.ts'

/**
 * Opens history.sqlite, or makes a new one. An older one has been brought to this version
 * before, on a copy (see upgrade/).
 */
export function openHistory(path: string): Database {
  const db = openDatabase(path)
  try {
    if (db.userVersion !== 0 && db.userVersion !== LATEST)
      throw new Error(`${path} has schema ${db.userVersion} instead of ${LATEST}`)
    migrate(db)
  } catch (error) {
    db.close()
    throw error
  }
  return db
}
