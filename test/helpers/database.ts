import { join } from 'node:path'
import type { SQLInputValue } from 'node:sqlite'
import { type Database, openDatabase } from '../../main/master/db/database.ts'
import { LATEST, migrate } from '../../main/master/db/migrate.ts'
import { later } from './cleanup.ts'
import { temporaryFolder } from './folders.ts'

/** A new history.sqlite of a schema version, closed afterwards. */
export function openTestDatabase({ version = LATEST }: { version?: number } = {}): Database {
  const db = openDatabase(join(temporaryFolder('db'), 'history.sqlite'))
  later(() => db.close())
  if (version > 0) migrate(db, version)
  return db
}

export function insertRows(
  db: Database,
  table: string,
  rows: readonly Readonly<Record<string, SQLInputValue>>[],
): void {
  for (const row of rows) {
    const names = Object.keys(row)
    const places = names.map(() => '?').join(', ')
    db.run(
      `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})`,
      ...(Object.values(row) as SQLInputValue[]),
    )
  }
}

export function readRows(db: Database, table: string): Record<string, unknown>[] {
  return db.all(`SELECT * FROM ${table}`).map(row => ({ ...row }))
}

/** The tables of a database by their names. */
export function readTables(db: Database): { name: string; strict: boolean }[] {
  return db
    .all<{ name: string; strict: number }>(
      "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND name NOT LIKE 'sqlite_%'",
    )
    .map(({ name, strict }) => ({ name, strict: strict === 1 }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** What a hand at the file may leave where JSON of a certain shape is kept. */
export const ODD_JSON = ['', 'no JSON', 'null', '7', '"text"', '[]', '{}', '{"bad":"2"}']

/** Writes into the history of a master, while it runs, as a hand at the file would. */
export function spoil(dataDir: string, write: (db: Database) => void): void {
  const db = openDatabase(join(dataDir, 'history.sqlite'))
  try {
    write(db)
  } finally {
    db.close()
  }
}
