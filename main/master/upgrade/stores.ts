import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { MIGRATIONS, type Migration, oldestReaderIn } from '../db/migrate.ts'
import { LOG_MIGRATIONS } from '../logs/log-migrations.ts'

export type StoreName = 'history.sqlite' | 'logs.sqlite'

export interface Store {
  readonly name: StoreName
  readonly migrations: readonly Migration[]
}

/** The databases of a data directory. They are looked at, upgraded and kept as one. */
export const STORES: readonly Store[] = [
  { name: 'history.sqlite', migrations: MIGRATIONS },
  { name: 'logs.sqlite', migrations: LOG_MIGRATIONS },
]

export function latestOf({ migrations }: Store): number {
  return migrations.at(-1)!.version
}

/** What a database says of itself before anything in it is looked at. */
export interface Header {
  readonly userVersion: number
  /** The oldest schema whose program may look at it; `null` where the file says nothing of it. */
  readonly oldestReader: number | null
}

/** @throws Error of SQLite when the file is no database. Nothing is changed, and nothing is left beside it. */
export function readHeader(path: string): Header {
  return withReader(path, db => ({
    userVersion: pragma(db, 'user_version'),
    oldestReader: oldestReaderIn(pragma(db, 'application_id')),
  }))
}

/** Looks at a database that nobody writes to, and leaves it and its folder as they were. */
export function withReader<T>(path: string, work: (db: DatabaseSync) => T): T {
  const companions = [`${path}-wal`, `${path}-shm`]
  const made = companions.filter(file => !existsSync(file))
  // Without a write-ahead log the file is all there is, and SQLite need not make anything beside it.
  const db = made.includes(companions[0]!)
    ? openImmutable(path)
    : new DatabaseSync(path, { readOnly: true })
  try {
    return work(db)
  } finally {
    db.close()
    // Even a reader makes these, and does not remove them.
    for (const file of made) rmSync(file, { force: true })
  }
}

function openImmutable(path: string): DatabaseSync {
  const url = pathToFileURL(path)
  url.search = '?immutable=1'
  return new DatabaseSync(url, { readOnly: true })
}

export function pragma(db: DatabaseSync, name: string): number {
  return Object.values(db.prepare(`PRAGMA ${name}`).get()!)[0] as number
}

export function storePath(dataDir: string, { name }: Pick<Store, 'name'>): string {
  return join(dataDir, name)
}
