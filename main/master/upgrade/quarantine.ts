import type { Database, Row } from '../db/database.ts'
import type { Tick } from './verify.ts'

/** How many rows of each table were put aside, and how many stayed with a value in place of an odd one. */
export interface Quarantined {
  readonly moved: Readonly<Record<string, number>>
  readonly repaired: number
  /** Those values, each as `cellOf` names it. */
  readonly cells: ReadonlySet<string>
  /** How many of those that were put aside referred to what is not there. */
  readonly dangling: number
}

/** Values that have to be JSON: rows of one thing each go, rows that others refer to keep something. */
export const JSON_COLUMNS: readonly { table: string; column: string; instead: string | null }[] = [
  { table: 'build_properties', column: 'value', instead: null },
  { table: 'buildset_properties', column: 'value', instead: null },
  { table: 'changes', column: 'files', instead: '[]' },
  { table: 'projects', column: 'branches', instead: '[]' },
  { table: 'builders', column: 'tags', instead: '[]' },
  { table: 'builders', column: 'slaves', instead: '[]' },
  { table: 'slaves', column: 'tags', instead: '[]' },
  { table: 'slaves', column: 'info', instead: '{}' },
  { table: 'slaves', column: 'paused', instead: 'null' },
  { table: 'slaves', column: 'quarantine', instead: 'null' },
  { table: 'running_builds', column: 'builder', instead: null },
  { table: 'running_builds', column: 'step_locks', instead: '[]' },
  { table: 'running_builds', column: 'ending', instead: 'null' },
  { table: 'environments', column: 'content', instead: '{"facts":[],"leftOut":0}' },
]

/** A value that was put right before a copy was migrated, and what is to be kept of its row. */
export interface SetAside {
  readonly table: string
  readonly reason: string
  readonly row: Row
  readonly instead: string
}

/**
 * Puts right what is no JSON in a copy of an older history: a step of the schema may read it.
 * What was there goes into the quarantine table once there is one.
 */
export function setAsideOddValues(db: Database): SetAside[] {
  const aside: SetAside[] = []
  db.transaction(() => {
    for (const { table, column, instead } of JSON_COLUMNS) {
      if (instead === null || !hasColumn(db, table, column)) continue
      const odd = isNoJson(column)
      for (const row of db.exact(`SELECT * FROM ${table} WHERE ${odd}`))
        aside.push({
          table,
          reason: `${column} is no JSON`,
          row,
          instead: `${column} = ${instead}`,
        })
      db.run(`UPDATE ${table} SET ${column} = ? WHERE ${odd}`, sqlValueOf(instead))
    }
  })
  return aside
}

/**
 * Puts odd rows into the quarantine table: those that refer to rows which are not there,
 * those that referred to them in turn, and those that hold what is no JSON where it has to be.
 * Nothing is thrown away. It works on a copy in which references may dangle.
 */
export function quarantineOddRows(
  db: Database,
  at: number,
  tick: Tick,
  aside: readonly SetAside[] = [],
): Quarantined {
  const into = openQuarantine(db, at)
  const dangling = countDangling(db)
  db.transaction(() => {
    for (const one of aside) into.keepRepaired(one)
    for (const { table, column, instead } of JSON_COLUMNS) {
      tick(`Looking at ${column} of ${table}`)
      into.put(table, column, instead)
    }
    for (const { table, column, where } of impossibleNumbers(db))
      into.move(table, where, `${column} is a number that no version gives`)
    tendSequences(db)
    // A build is worth more than what it ran in.
    into.repair(
      'builds',
      'environment_id',
      'environment_id IS NOT NULL AND environment_id NOT IN (SELECT id FROM environments)',
      'environment_id refers to a row of environments that is not there',
      'null',
    )
    // A row that goes can leave others behind that referred to it.
    for (let found = -1; found !== 0; ) {
      found = 0
      for (const { table, where, reason } of danglingReferences(db)) {
        tick(`Looking for odd ${table}`)
        found += into.move(table, where, reason)
      }
    }
  })
  return { moved: into.moved, repaired: into.repaired.size, cells: into.repaired, dangling }
}

// What a start looks through is small, and the configuration has most of it once more.
const SMALL = new Set(['projects', 'builders', 'slaves', 'running_builds'])

/**
 * What a start does about values that are no JSON in the small tables, which everything rests
 * on: each row goes into the quarantine table, and something stands in its place.
 *
 * @returns What was found, in words.
 */
export function tendOddValues(db: Database, at: number): string[] {
  const into = openQuarantine(db, at)
  // With one of these no row can be added any more. What refers to such a row goes with it.
  const impossible = impossibleNumbers(db).filter(
    ({ table, column, where }) =>
      column === 'id' && db.get(`SELECT 1 FROM ${table} WHERE ${where} LIMIT 1`),
  )
  if (impossible.length > 0) {
    db.exec('PRAGMA foreign_keys=OFF')
    const { moved } = quarantineOddRows(db, at, () => {})
    db.exec('PRAGMA foreign_keys=ON')
    return Object.entries(moved).map(([table, rows]) => `${rows} rows of ${table}`)
  }
  const counted = tendSequences(db) > 0 ? ['the number that ids are counted from'] : []
  const repaired = JSON_COLUMNS.filter(({ table }) => SMALL.has(table)).flatMap(
    ({ table, column, instead }) => {
      const rows = db.transaction(() => into.put(table, column, instead))
      return rows === 0 ? [] : [`${column} in ${rows === 1 ? '1 row' : `${rows} rows`} of ${table}`]
    },
  )
  return [...counted, ...repaired]
}

// SQLite counts from the highest id of a row where this is lower. From beyond it gives none, and calls the disk full.
function tendSequences(db: Database): number {
  const odd = `FROM sqlite_sequence WHERE seq NOT BETWEEN 0 AND ${MOST_COUNTED}`
  // A start must not need the lock for nothing.
  if (!db.get(`SELECT 1 ${odd} LIMIT 1`)) return 0
  return db.run(`UPDATE sqlite_sequence SET seq = 0 WHERE name IN (SELECT name ${odd})`).changes
}

function openQuarantine(db: Database, at: number) {
  const moved: Record<string, number> = {}
  const repaired = new Set<string>()
  return { moved, repaired, put, move, repair, keepRepaired }

  function put(table: string, column: string, instead: string | null): number {
    const reason = `${column} is no JSON`
    return instead === null
      ? move(table, isNoJson(column), reason)
      : repair(table, column, isNoJson(column), reason, instead)
  }

  function move(table: string, where: string, reason: string): number {
    const rows = db.exact(`SELECT * FROM ${table} WHERE ${where}`)
    if (rows.length === 0) return 0
    for (const row of rows) keep(table, reason, row, null)
    const { changes } = db.run(`DELETE FROM ${table} WHERE ${where}`)
    if (changes !== rows.length)
      throw new Error(`${table}: ${rows.length} odd rows were found and ${changes} removed`)
    moved[table] = (moved[table] ?? 0) + rows.length
    return rows.length
  }

  function repair(
    table: string,
    column: string,
    where: string,
    reason: string,
    instead: string,
  ): number {
    const rows = db.exact(`SELECT * FROM ${table} WHERE ${where}`)
    for (const row of rows) keepRepaired({ table, reason, row, instead: `${column} = ${instead}` })
    if (rows.length > 0)
      db.run(`UPDATE ${table} SET ${column} = ? WHERE ${where}`, sqlValueOf(instead))
    return rows.length
  }

  function keepRepaired({ table, reason, row, instead }: SetAside) {
    keep(table, reason, row, instead)
    repaired.add(cellOf(table, row.id, instead.split(' ', 1)[0]!))
  }

  function keep(table: string, reason: string, row: Row, instead: string | null) {
    db.run(
      'INSERT INTO quarantine (at, table_name, reason, content, repaired) VALUES (?, ?, ?, ?, ?)',
      at,
      table,
      reason,
      JSON.stringify(row, asJson),
      instead,
    )
  }
}

/** How `Quarantined.cells` names a value that was put right. */
export function cellOf(table: string, id: unknown, column: string): string {
  return `${table} ${id} ${column}`
}

function isNoJson(column: string): string {
  return `${column} IS NOT NULL AND NOT json_valid(${column})`
}

function sqlValueOf(instead: string): string | null {
  return instead === 'null' ? null : instead
}

function hasColumn(db: Database, table: string, column: string): boolean {
  return db.get('SELECT 1 FROM pragma_table_info(?) WHERE name = ?', table, column) !== undefined
}

const MOST = Number.MAX_SAFE_INTEGER
// So that there are numbers left.
const MOST_COUNTED = 2 ** 52

/** What counts up: from a number beyond 2^53, or below 0, no next one follows. */
function impossibleNumbers(db: Database): { table: string; column: string; where: string }[] {
  const ids = db.all<{ name: string }>(
    `SELECT t.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
     WHERE t.type = 'table' AND c.name = 'id' AND c.pk = 1 AND c.type = 'INTEGER' AND t.name <> 'quarantine'`,
  )
  return [
    ...ids.map(({ name }) => ({ table: name, column: 'id' })),
    { table: 'builds', column: 'number' },
  ].map(one => ({ ...one, where: `(${one.column} > ${MOST} OR ${one.column} < 0)` }))
}

// Before anything is moved: what then refers to nothing follows from that, and is no fault of a migration.
function countDangling(db: Database): number {
  return db.get<{ n: number }>('SELECT count(*) AS n FROM pragma_foreign_key_check')!.n
}

interface ForeignKey {
  readonly child: string
  readonly parent: string
  readonly column: string
  readonly target: string | null
}

/** One condition for each reference of the schema: which rows refer to what is not there. */
function danglingReferences(db: Database): { table: string; where: string; reason: string }[] {
  const keys = db.all<ForeignKey>(
    `SELECT t.name AS child, f."table" AS parent, f."from" AS "column", f."to" AS target
     FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f
     WHERE t.type = 'table' AND t.name <> 'quarantine'`,
  )
  return keys.map(({ child, parent, column, target }) => ({
    table: child,
    where:
      `${column} IS NOT NULL AND NOT EXISTS ` +
      `(SELECT 1 FROM ${parent} p WHERE p.${target ?? 'id'} = ${child}.${column})`,
    reason: `${column} refers to a row of ${parent} that is not there`,
  }))
}

function asJson(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') }
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : { integer: String(value) }
  }
  return value
}
