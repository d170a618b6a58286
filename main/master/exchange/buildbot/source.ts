import { cpSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { damageOf, tableNames } from '../../backup/summary.ts'

export type SourceRow = Readonly<Record<string, SQLOutputValue>>

/** A Buildbot's own database, as it was when it was opened. */
export interface BuildbotSource {
  /** The same for the same Buildbot, wherever its folder is. */
  readonly key: string
  /** The file that it was read from. */
  readonly path: string
  has(table: string, column?: string): boolean
  rows(sql: string, ...values: (number | string)[]): Iterable<SourceRow>
  count(table: string): number
  tables(): string[]
  close(): void
}

const TRIES = 5

/**
 * Opens the database of a Buildbot master: its folder, or its state.sqlite. Nothing is
 * written there: the file is copied with its write-ahead log, and the copy is read.
 *
 * @throws Error that says why it can't be imported.
 */
export function openBuildbot(given: string): BuildbotSource {
  const path = resolve(given)
  const file = findDatabase(path)
  const folder = mkdtempSync(join(tmpdir(), 'triphammer-import-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const copy = copyDatabase(file, folder)
    const db = openCopy(copy, file)
    return source(db, file, remove)
  } catch (error) {
    remove()
    throw error
  }
}

function findDatabase(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) throw new Error(`${path} is not there`)
  if (!found.isDirectory()) return path
  const file = join(path, 'state.sqlite')
  if (existsSync(file)) return file
  throw new Error(
    existsSync(join(path, 'buildbot.tac'))
      ? `${path} is a Buildbot master without a state.sqlite. If master.cfg names another file, name that; histories in PostgreSQL or MySQL can't be imported`
      : `${path} holds no state.sqlite; name the folder of a Buildbot master, or its database`,
  )
}

// A Buildbot that runs may write between the two files: then once more.
function copyDatabase(file: string, folder: string): string {
  const parts = ['', '-wal', '-journal']
  const stamp = () =>
    parts
      .map(end => statSync(file + end, { throwIfNoEntry: false }))
      .map(found => (found ? `${found.size} ${found.mtimeMs}` : ''))
      .join()
  for (let n = 1; ; n++) {
    const before = stamp()
    for (const end of parts) {
      const target = join(folder, basename(file) + end)
      rmSync(target, { force: true })
      if (existsSync(file + end)) cpSync(file + end, target)
    }
    if (stamp() === before) return join(folder, basename(file))
    if (n === TRIES)
      throw new Error(`${file} changes all the time; stop that Buildbot, or import a copy of it`)
  }
}

function openCopy(copy: string, file: string): DatabaseSync {
  const db = new DatabaseSync(copy)
  try {
    const damage = damageOf(db)
    if (damage !== null) throw new Error(damage)
    const tables = new Set(tableNames(db))
    const needed = ['builders', 'builds', 'buildrequests', 'buildsets', 'sourcestamps']
    if (needed.every(name => tables.has(name)) && tables.has('steps')) return db
    if (tables.has('changes') && tables.has('buildrequests'))
      throw new Error('it is of Buildbot 0.8, which kept its builds in pickles')
    throw new Error('it is not the database of a Buildbot master')
  } catch (error) {
    db.close()
    throw new Error(`${file} can't be imported: ${(error as Error).message}`)
  }
}

function source(db: DatabaseSync, path: string, remove: () => void): BuildbotSource {
  const columns = new Map<string, Set<string>>()
  const columnsOf = (table: string) => {
    let known = columns.get(table)
    if (!known) {
      const rows = db.prepare('SELECT name FROM pragma_table_info(?)').all(table)
      columns.set(table, (known = new Set(rows.map(row => row.name as string))))
    }
    return known
  }
  const has = (table: string, column?: string) =>
    column === undefined ? columnsOf(table).size > 0 : columnsOf(table).has(column)
  return {
    key: keyOf(db, has),
    path,
    has,
    rows: (sql, ...values) => db.prepare(sql).iterate(...values),
    count: table => db.prepare(`SELECT count(*) AS n FROM "${table}"`).get()!.n as number,
    tables: () => tableNames(db),
    close() {
      db.close()
      remove()
    },
  }
}

// Each master has a row with its host and folder, made when it was made.
function keyOf(db: DatabaseSync, has: BuildbotSource['has']): string {
  const names = has('masters')
    ? db
        .prepare('SELECT name FROM masters ORDER BY id')
        .all()
        .map(row => String(row.name))
    : []
  return `buildbot ${names.join(', ') || 'without a name'}`
}
