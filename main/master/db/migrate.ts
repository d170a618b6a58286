import type { Database } from './database.ts'
import { initial } from './migrations/001-initial.ts'
import { slaveOperations } from './migrations/002-slave-operations.ts'
import { slaveKeys } from './migrations/003-slave-keys.ts'

export interface Migration {
  readonly version: number
  up(db: Database): void
}

/** In order. A released migration is never edited; a mistake is mended by the next one. */
export const MIGRATIONS: readonly Migration[] = [initial, slaveOperations, slaveKeys]

export const LATEST = MIGRATIONS.at(-1)!.version

/** Thrown when a later Triphammer wrote the file. The file is left untouched. */
export class DatabaseTooNewError extends Error {
  override readonly name = 'DatabaseTooNewError'
  constructor(path: string, found: number, known: number) {
    super(
      `${path} was written by a newer Triphammer (schema ${found}, this version knows ${known}). ` +
        'Nothing was changed. Start the newer version, or restore the backup made before the update.',
    )
  }
}

/**
 * Brings `db` up to version `to`. Each migration commits together with its
 * version number, so a crash leaves the file at a whole version.
 *
 * @throws DatabaseTooNewError if a later Triphammer wrote the file.
 */
export function migrate(
  db: Database,
  to: number = LATEST,
  migrations: readonly Migration[] = MIGRATIONS,
): void {
  refuseNewer(db, migrations)
  for (const { version, up } of migrations) {
    if (version <= db.userVersion || version > to) continue
    db.transaction(() => {
      up(db)
      db.userVersion = version
    })
  }
}

/** @throws DatabaseTooNewError */
export function refuseNewer(db: Database, migrations: readonly Migration[] = MIGRATIONS): void {
  const known = migrations.at(-1)?.version ?? 0
  if (db.userVersion > known) throw new DatabaseTooNewError(db.path, db.userVersion, known)
}
