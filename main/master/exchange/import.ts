import { createHash } from 'node:crypto'
import { constants, existsSync } from 'node:fs'
import { copyFile, mkdir, open, rm } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { ARTIFACTS, artifactPath } from '../artifact-path.ts'
import { lookAtArtifact, wantedArtifacts } from '../backup/artifacts.ts'
import { finishCopy } from '../backup/copy-database.ts'
import { HISTORY, isOfDatabase, LOGS, replacedNames } from '../backup/data-files.ts'
import { demandPlainFile, demandSpace, hashFile, sizeOf, syncPath } from '../backup/files.ts'
import { finishRestore, STAGED, swapIn } from '../backup/restore.ts'
import { damageOf, quoted, tableNames } from '../backup/summary.ts'
import { openDatabase } from '../db/database.ts'
import { LATEST, MIGRATIONS, type Migration, migrate } from '../db/migrate.ts'
import { packBytes } from '../logs/chunk.ts'
import { LOG_MIGRATIONS } from '../logs/log-migrations.ts'
import type { Moment } from '../model.ts'
import { isStorageTrouble } from '../storage-trouble.ts'
import { ACKNOWLEDGED } from '../upgrade/acknowledged.ts'
import { acknowledgeAsTheyAre } from '../upgrade/loss.ts'
import { columnsOf } from './export.ts'
import { type DatabaseHeader, type Header, readHeader, type TableHeader } from './header.ts'
import { readLines } from './lines.ts'
import { fromJson, OddText } from './values.ts'

export interface ImportOrder {
  /** A data directory that no other process has, and in which nothing is open. */
  readonly dataDir: string
  /** The folder of an export. */
  readonly from: string
  readonly version: string
  readonly now: Moment
  readonly onProgress?: (what: string, share: number) => void
}

export interface Imported {
  readonly header: Header
  /** Kept files that the export does not hold, or not whole, in words. */
  readonly lost: readonly string[]
}

type Fields = Record<string, unknown>

/**
 * Makes a data directory of an export. It has the schema that the export had; the next
 * start brings it up to date. All of it is made beside, checked, and then put in place
 * at once.
 *
 * @throws Error that says why nothing was imported.
 */
export async function importData(order: ImportOrder): Promise<Imported> {
  const { dataDir, from, version, now } = order
  const header = readHeader(from)
  const source = createHash('sha256').update(JSON.stringify(header)).digest('hex')
  // An import of this very export was killed while everything changed places: now it is done.
  if ((await finishRestore(dataDir))?.source === source) return { header, lost: [] }
  refuseNewer(from, header)
  refuseHistory(dataDir)
  await checkFiles(order, header)
  const bytes = await Promise.all(
    [...tableFiles(header)].map(({ path }) => sizeOf(join(from, path))),
  )
  await demandSpace(dataDir, 2 * bytes.reduce((sum, size) => sum + size, 0))
  const staged = join(dataDir, STAGED)
  await rm(staged, { recursive: true, force: true })
  await mkdir(staged, { recursive: true, mode: 0o700 })
  try {
    await fill(order, join(staged, HISTORY), 'history', header.history, MIGRATIONS, row => row)
    const logs = await openLogs(from)
    try {
      await fill(
        order,
        join(staged, LOGS),
        'log-index',
        header.logs,
        LOG_MIGRATIONS,
        (row, table) => (table === 'chunks' ? logs.withData(row) : row),
      )
    } finally {
      await logs.close()
    }
    // What state.json says of an emptied history that was here before is no promise of this one.
    await acknowledgeAsTheyAre(staged, now)
    const lost = await takeArtifacts(order, staged)
    const artifacts = existsSync(join(staged, ARTIFACTS))
    const settings = header.settings.filter(name => !existsSync(join(dataDir, name)))
    for (const name of settings) {
      await demandPlainFile(join(from, 'settings', name))
      await copyFile(join(from, 'settings', name), join(staged, name))
      await syncPath(join(staged, name))
    }
    await syncPath(staged)
    const coming = [HISTORY, LOGS, ACKNOWLEDGED, ...(artifacts ? [ARTIFACTS] : []), ...settings]
    const leaving = replacedNames(dataDir).filter(
      name => isOfDatabase(name) || coming.includes(name),
    )
    await swapIn(dataDir, { coming, leaving, version, now, source })
    return { header, lost }
  } catch (error) {
    await rm(staged, { recursive: true, force: true })
    throw error
  }
}

function refuseNewer(from: string, { history, logs, version }: Header) {
  if (history.schema > LATEST || logs.schema > LOG_MIGRATIONS.at(-1)!.version)
    throw new Error(
      `${from} was exported by version ${version}, which is newer (schema ${history.schema}, this version knows ${LATEST}). Import it with that version.`,
    )
}

/** @throws Error when the data directory has a history of its own. */
function refuseHistory(dataDir: string): void {
  const path = join(dataDir, HISTORY)
  if (!existsSync(path)) return
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    const known = new Set(tableNames(db))
    const full = ['builds', 'build_requests', 'changes'].find(
      table => known.has(table) && db.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get(),
    )
    if (full)
      throw new Error(
        `${dataDir} has a history already, and histories are not mixed. Name an empty data directory with --data. Nothing was imported.`,
      )
  } finally {
    db.close()
  }
}

function* tableFiles({ history, logs, logFiles }: Header) {
  for (const [name, { sha256 }] of Object.entries(history.tables))
    yield { path: `history/${name}.jsonl`, sha256 }
  for (const [name, { sha256 }] of Object.entries(logs.tables))
    yield { path: `log-index/${name}.jsonl`, sha256 }
  yield { path: 'log-index/files.jsonl', sha256: logFiles.sha256 }
}

// All that the header vouches for, and through it each log.
async function checkFiles({ from, onProgress }: ImportOrder, header: Header) {
  const files = [...tableFiles(header)]
  for (const [i, { path, sha256 }] of files.entries()) {
    onProgress?.('verifying', i / files.length)
    if (!existsSync(join(from, path))) throw new Error(`${join(from, path)} is gone`)
    if ((await hashFile(join(from, path))).sha256 !== sha256)
      throw new Error(`${join(from, path)} was changed since the export. Nothing was imported.`)
  }
}

async function fill(
  { from, onProgress }: ImportOrder,
  path: string,
  folder: string,
  header: DatabaseHeader,
  migrations: readonly Migration[],
  change: (row: Fields, table: string) => Fields | Promise<Fields>,
) {
  const made = openDatabase(path)
  migrate(made, header.schema, migrations)
  made.close()
  await finishCopy(path, () => {})
  const db = new DatabaseSync(path)
  try {
    // What was odd stays odd: it is not for an import to judge.
    db.exec('PRAGMA foreign_keys=OFF; PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY; BEGIN')
    for (const name of tableNames(db)) db.exec(`DELETE FROM ${quoted(name)}`)
    for (const [name, table] of Object.entries(header.tables)) {
      makeRoom(db, name, table)
      const insert = prepareInsert(db, name, table)
      let rows = 0
      const file = join(from, folder, `${name}.jsonl`)
      for await (const line of readLines(file)) {
        const row = await change(line as Fields, name)
        try {
          insert(row)
        } catch (error) {
          // Of the disk it says nothing of the row.
          if (isStorageTrouble(error)) throw error
          throw new Error(
            `${file}:${rows + 1} is no row of ${name} (${(error as Error).message}); the export is damaged. Nothing was imported.`,
          )
        }
        if (++rows % 1000 === 0)
          onProgress?.(`reading ${folder === 'history' ? 'history' : 'logs'}`, rows / table.rows)
      }
      if (rows !== table.rows)
        throw new Error(`${folder}/${name}.jsonl has ${rows} rows instead of ${table.rows}`)
    }
    setSequences(db, header)
    db.exec('COMMIT')
    const damage = damageOf(db)
    if (damage !== null) throw new Error(`${path} did not come out whole: ${damage}`)
  } finally {
    db.close()
  }
  await syncPath(path)
}

// Tables and columns that this version does not know are kept for one that does.
function makeRoom(db: DatabaseSync, name: string, { columns }: TableHeader) {
  const known = new Set(columnsOf(db, name).map(column => column.name))
  if (known.size === 0) {
    const list = columns.map(column => `${quoted(column.name)} ${column.type || 'ANY'}`)
    db.exec(`CREATE TABLE ${quoted(name)} (${list.join(', ')}) STRICT`)
    return
  }
  for (const column of columns)
    if (!known.has(column.name))
      db.exec(
        `ALTER TABLE ${quoted(name)} ADD COLUMN ${quoted(column.name)} ${column.type || 'ANY'}`,
      )
}

function prepareInsert(db: DatabaseSync, name: string, { columns }: TableHeader) {
  const names = columns.map(column => quoted(column.name)).join(', ')
  const insert = (values: readonly unknown[]) => {
    const places = values.map(value => (value instanceof OddText ? 'CAST(? AS TEXT)' : '?'))
    return db.prepare(`INSERT INTO ${quoted(name)} (${names}) VALUES (${places.join(', ')})`)
  }
  const statement = insert(columns)
  return (row: Fields) => {
    const values = columns.map(column => take(row[column.name], column.type))
    if (values.some(value => value instanceof OddText))
      insert(values).run(...values.map(value => (value instanceof OddText ? value.bytes : value)))
    else statement.run(...(values as SQLInputValue[]))
  }
}

function take(value: unknown, type: string) {
  if (value instanceof Uint8Array) return value
  const taken = fromJson(value ?? null)
  // 5.0 of a REAL column stands there as 5.
  return type === 'REAL' && typeof taken === 'bigint' ? Number(taken) : taken
}

function setSequences(db: DatabaseSync, { sequences }: DatabaseHeader) {
  const entries = Object.entries(sequences)
  if (entries.length === 0) return
  db.exec('DELETE FROM sqlite_sequence')
  // A plain number would go in as a floating one.
  for (const [name, seq] of entries)
    db.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)').run(name, BigInt(seq))
}

/** Gives chunks their bytes back, out of the plain files, which are read in the order of the chunks. */
async function openLogs(from: string) {
  const files = readLines(join(from, 'log-index', 'files.jsonl'))
  let logId: unknown
  let file: Awaited<ReturnType<typeof open>> | undefined
  let name = ''
  let wanted = ''
  let hash = createHash('sha256')

  return { withData, close }

  async function withData(row: Fields): Promise<Fields> {
    if (row.log_id !== logId) {
      await close()
      await next(row.log_id)
    }
    if ('data' in row) return { ...row, data: fromJson(row.data) }
    const bytes = Buffer.alloc(Number(row.byte_count))
    const { bytesRead } = await file!.read(bytes, 0, bytes.length)
    if (bytesRead !== bytes.length)
      throw new Error(`${join(from, name)} is shorter than it was. Nothing was imported.`)
    hash.update(bytes)
    const { codec, data } = packBytes(bytes)
    return { ...row, codec, data }
  }

  async function next(id: unknown) {
    const line = (await files.next()).value as Fields | undefined
    if (line?.log_id !== id) throw new Error(`log-index/files.jsonl does not name log ${id}`)
    name = String(line?.file)
    // Nothing is read that lies outside of the export.
    if (!/^logs\//.test(name) || normalize(name).replaceAll('\\', '/') !== name)
      throw new Error(`log-index/files.jsonl: "${name}" is no log of the export`)
    logId = id
    wanted = String(line?.sha256)
    hash = createHash('sha256')
    file = await open(join(from, name), 'r')
  }

  async function close() {
    if (!file) return
    const open = file
    file = undefined
    await open.close()
    if (hash.digest('hex') !== wanted)
      throw new Error(`${join(from, name)} was changed since the export. Nothing was imported.`)
  }
}

async function takeArtifacts({ from, onProgress }: ImportOrder, staged: string): Promise<string[]> {
  const db = new DatabaseSync(join(staged, HISTORY), { readOnly: true })
  const wanted = wantedArtifacts(db)
  db.close()
  const lost: string[] = []
  for (const [i, { sha256, name }] of wanted.entries()) {
    const path = artifactPath(sha256)
    const { problem } = lookAtArtifact(from, sha256)
    if (problem === null) {
      await mkdir(dirname(join(staged, path)), { recursive: true, mode: 0o700 })
      await copyFile(join(from, path), join(staged, path), constants.COPYFILE_FICLONE)
      await syncPath(join(staged, path))
    } else lost.push(`${name}: ${problem}`)
    onProgress?.('copying artifacts', (i + 1) / wanted.length)
  }
  return lost
}
