import { createHash } from 'node:crypto'
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import { quoted } from '../backup/summary.ts'
import { openDatabase } from '../db/database.ts'
import { readHeader, withReader } from '../db/header.ts'
import { type Migration, migrate, oldestReaderOf } from '../db/migrate.ts'
import { maskAddresses } from '../git/address.ts'
import { cellOf, type Quarantined } from './quarantine.ts'
import { latestOf, type Store } from './stores.ts'

/** Called with what comes next; throws when it is to end. */
export type Tick = (what: string) => void

/** What is counted before and after, table by table. */
export type Counts = Readonly<Record<string, number>>

/** These are never rewritten: what a column of theirs held, it holds. */
const NEVER_REWRITTEN = [
  'changes',
  'builds',
  'steps',
  'logs',
  'test_results',
  'artifacts',
  'chunks',
]
const SAMPLES = 200

/**
 * Compares a database with what it became on the way to this version: rows, ids, samples of
 * the rows themselves and of the logs' bytes, integrity, references, and the schema with that of
 * a new one.
 *
 * @returns How many rows each table of before holds.
 * @throws Error that says what differs.
 */
export function verifyUpgrade(
  store: Store,
  before: string,
  after: string,
  { moved, cells }: Quarantined,
  tick: Tick,
): Counts {
  return withReader(before, old =>
    withReader(after, now => {
      const counts = compareRows(old, now, moved, tick)
      compareSamples(old, now, cells, tick)
      for (const { name } of tablesOf(now)) checkTable(store, now, name, tick)
      compareSchema(store, now)
      const header = readHeader(after)
      const latest = latestOf(store)
      if (
        header.userVersion !== latest ||
        header.oldestReader !== oldestReaderOf(store.migrations, latest)
      )
        throw new Error(
          `the new ${store.name} has schema ${header.userVersion} instead of ${latest}`,
        )
      return counts
    }),
  )
}

// Table by table, so that it can be followed and ended.
function checkTable(store: Store, db: DatabaseSync, table: string, tick: Tick) {
  tick(`Reading ${table}`)
  const said = db.prepare(`PRAGMA quick_check(${quoted(table)})`).get()!.quick_check
  if (said !== 'ok') throw new Error(`the new ${store.name} is not sound: ${said}`)
  tick(`Following what ${table} refer to`)
  const dangling = db.prepare(`PRAGMA foreign_key_check(${quoted(table)})`).get()
  if (dangling)
    throw new Error(`the new ${store.name} has a row of ${table} that refers to nothing`)
}

function compareRows(old: DatabaseSync, now: DatabaseSync, moved: Counts, tick: Tick): Counts {
  const counts: Record<string, number> = {}
  for (const { name } of tablesOf(old)) {
    tick(`Counting ${name}`)
    const [before, after] = [factsOf(old, name), factsOf(now, name)]
    counts[name] = before.rows
    const gone = moved[name] ?? 0
    if (after.rows + gone !== before.rows)
      throw new Error(
        `${name} has ${after.rows} rows, and had ${before.rows} of which ${gone} were put aside`,
      )
    // The sum finds what a mere number would not.
    if (gone === 0 && (after.newest !== before.newest || after.sum !== before.sum))
      throw new Error(
        `${name} does not have the same ids as before: the newest is ${after.newest} and was ${before.newest}`,
      )
  }
  return counts
}

function factsOf(db: DatabaseSync, table: string): { rows: number; newest: bigint; sum: number } {
  const hasId = columnsOf(db, table).includes('id')
  const ids = hasId ? ', ifnull(max(id), 0) AS newest, total(id) AS sum' : ', 0 AS newest, 0 AS sum'
  const row = exact(db, `SELECT count(*) AS rows${ids} FROM ${quoted(table)}`).get()!
  return { rows: Number(row.rows), newest: row.newest as bigint, sum: Number(row.sum) }
}

// A row may hold any integer that SQLite can.
function exact(db: DatabaseSync, sql: string): StatementSync {
  const statement = db.prepare(sql)
  statement.setReadBigInts(true)
  return statement
}

// Rows from all over the table, every column that was there before.
function compareSamples(
  old: DatabaseSync,
  now: DatabaseSync,
  cells: ReadonlySet<string>,
  tick: Tick,
) {
  const there = new Set(tablesOf(old).map(({ name }) => name))
  for (const table of NEVER_REWRITTEN.filter(name => there.has(name))) {
    tick(`Comparing rows of ${table}`)
    const columns = columnsOf(old, table).map(quoted)
    const key = columns.includes('"id"')
      ? 'id'
      : tablesOf(old).find(one => one.name === table)!.wr
        ? null
        : 'rowid'
    if (key === null) continue
    const { low, high } = exact(
      old,
      `SELECT min(${key}) AS low, max(${key}) AS high FROM ${table}`,
    ).get() as { low: bigint | null; high: bigint }
    if (low === null) continue
    const chosen = columns.join(', ')
    const fromOld = exact(
      old,
      `SELECT ${key} AS "key of the row", ${chosen} FROM ${table} WHERE ${key} >= ? ORDER BY ${key} LIMIT 1`,
    )
    const byKey = exact(now, `SELECT ${chosen} FROM ${table} WHERE ${key} = ?`)
    for (let i = 0; i < SAMPLES; i++) {
      const from = low + ((high - low) * BigInt(i)) / BigInt(SAMPLES - 1)
      const { 'key of the row': k, ...row } = fromOld.get(from)!
      const same = byKey.get(k!)
      // One that was put aside is counted, and compared there; so is a value that was put right.
      const lasting = (one: Values) =>
        Object.fromEntries(
          Object.entries(one).filter(([column]) => !cells.has(cellOf(table, k, column))),
        )
      if (same && hashOf(lasting(row)) !== hashOf(lasting(same)))
        throw new Error(`row ${k} of ${table} is not what it was`)
    }
  }
}

type Values = Record<string, SQLOutputValue>

function hashOf(row: unknown): string {
  const hash = createHash('sha256')
  for (const value of Object.values(row as object)) {
    hash.update(`${typeof value}:`)
    // Passwords in addresses are the one thing that an upgrade takes out of a text.
    hash.update(value instanceof Uint8Array ? value : maskAddresses(String(value))).update('\0')
  }
  return hash.digest('hex')
}

/** A database that was upgraded has what a new one has. What else is in it is somebody's, and stays. */
function compareSchema(store: Store, now: DatabaseSync) {
  const wanted = freshSchema(store.migrations)
  const found = schemaOf(now)
  for (const [name, fresh] of wanted) {
    const there = found.get(name)
    if (!there) throw new Error(`the new ${store.name} lacks ${name}`)
    const lacking = fresh.filter(line => !there.includes(line))
    if (lacking.length > 0) throw new Error(`${name} of the new ${store.name} lacks ${lacking[0]}`)
  }
}

function freshSchema(migrations: readonly Migration[]) {
  const fresh = openDatabase(':memory:', { copy: true })
  try {
    migrate(fresh, migrations.at(-1)!.version, migrations)
    return schemaOf({
      prepare: (sql: string) => ({ all: (...values: string[]) => fresh.all(sql, ...values) }),
    })
  } finally {
    fresh.close()
  }
}

/** What is comparable of a schema: columns of tables, and what indexes are made of. */
export function schemaOf(db: {
  prepare(sql: string): { all(...values: string[]): unknown[] }
}): Map<string, string[]> {
  const objects = db
    .prepare(
      "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .all() as { type: string; name: string; sql: string }[]
  return new Map(
    objects.map(({ type, name, sql }) => [
      `${type} ${name}`,
      type === 'table' ? columnLines(db, name) : [sql.replace(/\s+/g, ' ')],
    ]),
  )
}

function columnLines(
  db: { prepare(sql: string): { all(...values: string[]): unknown[] } },
  table: string,
): string[] {
  const columns = db
    .prepare('SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)')
    .all(table)
  const keys = db.prepare('SELECT "from", "table", "to" FROM pragma_foreign_key_list(?)').all(table)
  return [...columns, ...keys].map(one => Object.values(one as object).join(' '))
}

function tablesOf(db: DatabaseSync): { name: string; wr: number }[] {
  return db
    .prepare(
      "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )
    .all() as never
}

function columnsOf(db: DatabaseSync, table: string): string[] {
  return db
    .prepare('SELECT name FROM pragma_table_info(?)')
    .all(table)
    .map(row => row.name as string)
}
