import type { DatabaseSync } from 'node:sqlite'
import type { Manifest } from './manifest.ts'

/** The tables of a database that are its own, by name. */
export function tableNames(db: DatabaseSync): string[] {
  return db
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )
    .all()
    .map(row => row.name as string)
}

export function countRows(db: DatabaseSync): Record<string, number> {
  return Object.fromEntries(
    tableNames(db).map(name => [
      name,
      db.prepare(`SELECT count(*) AS n FROM ${quoted(name)}`).get()!.n as number,
    ]),
  )
}

const NOUNS = [
  'changes',
  'buildsets',
  'build_requests',
  'builds',
  'steps',
  'logs',
  'events',
] as const

/** The highest id of each noun. Shows whether anything came since, at no cost. */
export function newestIds(db: DatabaseSync): Record<string, number> {
  const known = new Set(tableNames(db))
  return Object.fromEntries(
    NOUNS.filter(name => known.has(name)).map(name => [
      name,
      plainNumber(db, `SELECT ifnull(max(id), 0) AS n FROM ${name}`),
    ]),
  )
}

// A row may hold any integer that SQLite can; a manifest may not.
function plainNumber(db: DatabaseSync, sql: string): number {
  const statement = db.prepare(sql)
  statement.setReadBigInts(true)
  const number = Number(statement.get()?.n ?? 0)
  return Math.max(0, Math.min(Number.MAX_SAFE_INTEGER, number))
}

/** Builds and build requests that are not complete. */
export function countOpen(db: DatabaseSync): number {
  return db
    .prepare(
      `SELECT (SELECT count(*) FROM builds WHERE complete_at IS NULL)
         + (SELECT count(*) FROM build_requests WHERE complete_at IS NULL) AS n`,
    )
    .get()!.n as number
}

/** The highest id that was given: none is given twice, also when its row is gone. */
export function lastId(db: DatabaseSync, table: string): number {
  const statement = db.prepare('SELECT seq FROM sqlite_sequence WHERE name = ?')
  statement.setReadBigInts(true)
  return Number(statement.get(table)?.seq ?? 0)
}

/** The column of a table of logs.sqlite that says which log a row is of. */
export function logKeyOf(db: DatabaseSync, table: string): string | undefined {
  const names = db.prepare('SELECT name FROM pragma_table_info(?)').all(table)
  if (names.some(({ name }) => name === 'log_id')) return 'log_id'
  return table === 'logs' ? 'id' : undefined
}

/** Why a database is damaged; `null` when it is sound. As SQLite says it, in one line. */
export function damageOf(db: Pick<DatabaseSync, 'prepare'>): string | null {
  const said = db.prepare('PRAGMA quick_check(1)').get()?.quick_check
  return said === 'ok' ? null : String(said).replaceAll('\n', ' ')
}

export function schemaOf(db: DatabaseSync): number {
  return db.prepare('PRAGMA user_version').get()!.user_version as number
}

/** How many complete logs of history are longer than what a logs.sqlite beside it holds. */
export function countShortLogs(history: DatabaseSync, logsPath: string): number {
  history.prepare('ATTACH ? AS log_file').run(logsPath)
  try {
    // A process that died in its first moment has made history, and no logs yet.
    const made = history.prepare("SELECT 1 FROM log_file.sqlite_schema WHERE name = 'logs'").get()
    const stored = made ? 'log_file.logs' : '(SELECT NULL AS id, NULL AS byte_count)'
    return history
      .prepare(
        `SELECT count(*) AS n FROM main.logs l LEFT JOIN ${stored} s ON s.id = l.id
         WHERE l.complete = 1 AND l.byte_count > ifnull(s.byte_count, 0)`,
      )
      .get()!.n as number
  } finally {
    history.exec('DETACH log_file')
  }
}

type Facts = Pick<Manifest, 'counts' | 'newest' | 'open'>

/** Whether two histories hold the same; events and runs say nothing of builds. */
export function sameHistory(a: Facts, b: Facts): boolean {
  const facts = ({ counts, newest, open }: Facts) => {
    const { events: _e, runs: _r, ...rows } = counts
    const { events: _n, ...ids } = newest
    return JSON.stringify([sorted(rows), sorted(ids), open])
  }
  return facts(a) === facts(b)
}

function sorted(record: Readonly<Record<string, number>>) {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
