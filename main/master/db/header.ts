import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { oldestReaderIn } from './migrate.ts'

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

/**
 * Looks at a database and changes nothing in it. Beside one with a write-ahead log SQLite makes
 * a `-shm`, which is left: another process may have it open by now.
 */
export function withReader<T>(path: string, work: (db: DatabaseSync) => T): T {
  // Without a write-ahead log the file is all there is, and SQLite need not make anything beside it.
  const db = existsSync(`${path}-wal`)
    ? new DatabaseSync(path, { readOnly: true })
    : openImmutable(path)
  try {
    return work(db)
  } finally {
    db.close()
  }
}

function openImmutable(path: string): DatabaseSync {
  const url = pathToFileURL(path)
  url.search = '?immutable=1'
  return new DatabaseSync(url, { readOnly: true })
}

function pragma(db: DatabaseSync, name: string): number {
  return Object.values(db.prepare(`PRAGMA ${name}`).get()!)[0] as number
}
