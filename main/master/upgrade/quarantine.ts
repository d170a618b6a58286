import type { Database, Row } from '../db/database.ts'
import type { Tick } from './verify.ts'

/** How many rows of each table were put aside, and how many stayed with a value in place of an odd one. */
export interface Quarantined {
  readonly moved: Readonly<Record<string, number>>
  readonly repaired: number
  /** How many of those that were put aside referred to what is not there. */
  readonly dangling: number
}

/** Values that have to be JSON: rows of one thing each go, rows that others refer to keep something. */
const JSON_COLUMNS: readonly { table: string; column: string; instead: string | null }[] = [
  { table: 'build_properties', column: 'value', instead: null },
  { table: 'buildset_properties', column: 'value', instead: null },
  { table: 'changes', column: 'files', instead: '[]' },
  { table: 'projects', column: 'branches', instead: '[]' },
  { table: 'builders', column: 'tags', instead: '[]' },
  { table: 'builders', column: 'slaves', instead: '[]' },
  { table: 'slaves', column: 'tags', instead: '[]' },
  { table: 'slaves', column: 'info', instead: '{}' },
  { table: 'slaves', column: 'paused', instead: 'null' },
  { table: 'environments', column: 'content', instead: '{"facts":[],"leftOut":0}' },
]

/**
 * Puts odd rows into the quarantine table: those that refer to rows which are not there,
 * those that referred to them in turn, and those that hold what is no JSON where it has to be.
 * Nothing is thrown away. It works on a copy in which references may dangle.
 */
export function quarantineOddRows(db: Database, at: number, tick: Tick): Quarantined {
  const moved: Record<string, number> = {}
  let repaired = 0
  let dangling = 0
  db.transaction(() => {
    for (const { table, column, instead } of JSON_COLUMNS) {
      tick(`Looking at ${column} of ${table}`)
      const odd = `${column} IS NOT NULL AND NOT json_valid(${column})`
      if (instead === null) move(table, odd, `${column} is no JSON`)
      else repaired += repair(table, column, odd, `${column} is no JSON`, instead)
    }
    // A build is worth more than what it ran in.
    repaired += repair(
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
        found += move(table, where, reason)
      }
      dangling += found
    }
  })
  return { moved, repaired, dangling }

  function move(table: string, where: string, reason: string): number {
    const rows = db.all(`SELECT * FROM ${table} WHERE ${where}`)
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
    const rows = db.all(`SELECT * FROM ${table} WHERE ${where}`)
    for (const row of rows) keep(table, reason, row, `${column} = ${instead}`)
    const value = instead === 'null' ? null : instead
    if (rows.length > 0) db.run(`UPDATE ${table} SET ${column} = ? WHERE ${where}`, value)
    return rows.length
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
  if (typeof value === 'bigint') return { integer: String(value) }
  return value
}
