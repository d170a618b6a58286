import { type Database, openDatabase } from './database.ts'
import { MIGRATIONS, migrate } from './migrate.ts'
import { refuseNewerFile } from './newer-file.ts'

/**
 * Opens history.sqlite and brings it up to this version's schema.
 *
 * @throws DatabaseTooNewError, with the file untouched, if a later Triphammer wrote it.
 */
export function openHistory(path: string): Database {
  refuseNewerFile(path, MIGRATIONS)
  const db = openDatabase(path)
  try {
    migrate(db)
  } catch (error) {
    db.close()
    throw error
  }
  return db
}
