import { closeSync, existsSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { isBusy } from '../storage-trouble.ts'

export type Row = Record<string, unknown>

export interface Database {
  readonly path: string
  /** `PRAGMA user_version`: the schema that the file has. */
  userVersion: number
  exec(sql: string): void
  get<R extends object = Row>(sql: string, ...values: SQLInputValue[]): R | undefined
  all<R extends object = Row>(sql: string, ...values: SQLInputValue[]): R[]
  /** As `all`, with every integer as it is stored, whatever its size. */
  exact(sql: string, ...values: SQLInputValue[]): Row[]
  /** Runs a statement that changes rows. Returns the new row's id and how many rows changed. */
  run(sql: string, ...values: SQLInputValue[]): { id: number; changes: number }
  /** Commits what `work` does as one. Inside another transaction it becomes part of that one. */
  transaction<T>(work: () => T): T
  /** Whether a transaction that writes could begin now. Waits for nobody. */
  isFree(): boolean
  close(): void
}

export interface OpenOptions {
  readonly readOnly?: boolean
  /** How long to wait for another connection of ours. */
  readonly busyMs?: number
  /**
   * A copy that is worked on and thrown away when that does not succeed: nothing is synced, references
   * may dangle until they are looked at, and everything is in the one file.
   */
  readonly copy?: boolean
}

/**
 * Opens one SQLite file with the settings that our promises rest on.
 *
 * WAL with `synchronous=NORMAL`: what is committed survives the death of the
 * process at once. Against a power cut the write-ahead log is synced each
 * second (see sync-to-disk.ts); SQLite itself would do that only at checkpoints.
 */
export function openDatabase(path: string, options: OpenOptions = {}): Database {
  // SQLite gives its other files the mode of the first. They are this user's alone.
  if (!options.readOnly && path !== ':memory:' && !existsSync(path))
    closeSync(openSync(path, 'a', 0o600))
  const busyMs = options.busyMs ?? 5000
  const db = new DatabaseSync(path, {
    timeout: busyMs,
    enableForeignKeyConstraints: !options.copy,
    readOnly: options.readOnly ?? false,
  })
  if (options.copy) db.exec('PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF')
  else if (!options.readOnly) {
    db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=1000')
    // macOS: plain fsync does not flush the drive's cache. Elsewhere these do nothing.
    db.exec('PRAGMA fullfsync=1; PRAGMA checkpoint_fullfsync=1')
  }
  const statements = new Map<string, StatementSync>()
  let depth = 0

  const prepare = (sql: string) => {
    let statement = statements.get(sql)
    if (!statement) statements.set(sql, (statement = db.prepare(sql)))
    return statement
  }

  return {
    path,
    get userVersion() {
      return (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version
    },
    set userVersion(version) {
      db.exec(`PRAGMA user_version=${version}`)
    },
    exec: sql => db.exec(sql),
    get: <R extends object>(sql: string, ...values: SQLInputValue[]) =>
      readRows(prepare(sql), statement => statement.get(...values)) as R | undefined,
    all: <R extends object>(sql: string, ...values: SQLInputValue[]) =>
      readRows(prepare(sql), statement => statement.all(...values)) as R[],
    exact: (sql, ...values) => exactly(prepare(sql), statement => statement.all(...values)),
    run(sql, ...values) {
      const { lastInsertRowid, changes } = prepare(sql).run(...values)
      return { id: Number(lastInsertRowid), changes: Number(changes) }
    },
    transaction(work) {
      if (depth > 0) return work()
      db.exec('BEGIN IMMEDIATE')
      depth++
      try {
        const value = work()
        db.exec('COMMIT')
        return value
      } catch (error) {
        // A full disk can end the transaction by itself; then there is nothing to roll back.
        if (db.isTransaction) db.exec('ROLLBACK')
        throw error
      } finally {
        depth--
      }
    },
    isFree() {
      if (depth > 0) return true
      db.exec('PRAGMA busy_timeout=0')
      try {
        db.exec('BEGIN IMMEDIATE')
        db.exec('ROLLBACK')
        return true
      } catch (error) {
        if (isBusy(error)) return false
        throw error
      } finally {
        db.exec(`PRAGMA busy_timeout=${busyMs}`)
      }
    },
    close() {
      if (!options.readOnly && !options.copy) db.exec('PRAGMA optimize')
      db.close()
    },
  }
}

/**
 * SQLite holds integers that no number of JavaScript holds exactly, and Node refuses the whole
 * answer for one of them. What was written by an older version, or by a hand at the file, then
 * comes as the nearest number: whoever knows what it means puts it right.
 */
function readRows<T>(statement: StatementSync, read: (statement: StatementSync) => T): T {
  try {
    return read(statement)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_OUT_OF_RANGE') throw error
    const found = exactly(statement, read)
    for (const row of Array.isArray(found) ? found : [found]) toNumbers(row as Row | undefined)
    return found
  }
}

function exactly<T>(statement: StatementSync, read: (statement: StatementSync) => T): T {
  statement.setReadBigInts(true)
  try {
    return read(statement)
  } finally {
    statement.setReadBigInts(false)
  }
}

function toNumbers(row: Row | undefined): void {
  for (const [name, value] of Object.entries(row ?? {}))
    if (typeof value === 'bigint') row![name] = Number(value)
}
