import { createHash } from 'node:crypto'
import { constants, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { copyFile, mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { artifactPath } from '../artifact-path.ts'
import { lookAtArtifact, wantedArtifacts } from '../backup/artifacts.ts'
import { openSnapshot } from '../backup/copy-database.ts'
import { MOST_NAMED } from '../backup/create.ts'
import { HISTORY, hasHistory, LOGS } from '../backup/data-files.ts'
import { demandSpace, sizeOf, syncPath } from '../backup/files.ts'
import { lastId, logKeyOf, quoted, schemaOf, tableNames } from '../backup/summary.ts'
import { maskAddresses } from '../git/address.ts'
import { unpackChunk } from '../logs/chunk.ts'
import type { Moment } from '../model.ts'
import {
  type Column,
  type DatabaseHeader,
  EXPORT_FORMAT,
  HEADER,
  type Header,
  SETTINGS,
  type TableHeader,
} from './header.ts'
import { writeLines } from './lines.ts'
import { toJson } from './values.ts'

export interface ExportOrder {
  readonly dataDir: string
  /** A folder that is empty, or not there yet. */
  readonly into: string
  readonly version: string
  readonly now: Moment
  readonly onProgress?: (what: string, share: number) => void
}

type Row = Record<string, SQLOutputValue>

// Passwords in addresses of repositories stay at home, as keys do.
const CONFIGURATIONS: readonly string[] = ['master.yml', 'master.last-good.yml']

/**
 * Writes a data directory as JSON lines, plain logs and plain files, also while a
 * master works in it. Every table and column is written, whether this version knows
 * it or not. Keys and the token of the API stay at home.
 *
 * @throws Error that says why there is no export.
 */
export async function exportData(order: ExportOrder): Promise<Header> {
  const { dataDir, into, version, now } = order
  if (!hasHistory(dataDir))
    throw new Error(`${dataDir} has no ${HISTORY}: there is nothing to export yet.`)
  refuseFull(into)
  const bytes = (await sizeOf(join(dataDir, HISTORY))) + (await sizeOf(join(dataDir, LOGS)))
  await demandSpace(into, 2 * bytes)
  for (const folder of ['history', 'log-index', 'logs', 'settings'])
    mkdirSync(join(into, folder), { recursive: true, mode: 0o700 })
  const history = openSnapshot(join(dataDir, HISTORY))
  try {
    const logs = openSnapshot(join(dataDir, LOGS))
    try {
      const tables = await exportHistory(order, history.db)
      const logPart = await exportLogs(order, history.db, logs.db)
      const header: Header = {
        format: EXPORT_FORMAT,
        madeAt: now,
        version,
        history: tables,
        ...logPart,
        artifacts: await exportArtifacts(order, history.db),
        settings: await exportSettings(order),
      }
      const text = `${JSON.stringify(header, null, 2)}\n`
      await writeFile(join(into, HEADER), text, { mode: 0o600, flush: true })
      await syncPath(into)
      return header
    } finally {
      logs.close()
    }
  } finally {
    history.close()
  }
}

function refuseFull(into: string) {
  let entries: string[]
  try {
    entries = readdirSync(into)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw new Error(`${into} can't be exported to: it is not a folder. Name one that is empty.`)
  }
  if (entries.length > 0) throw new Error(`${into} is not empty. Name a new folder.`)
}

async function exportHistory(order: ExportOrder, db: DatabaseSync): Promise<DatabaseHeader> {
  const tables: Record<string, TableHeader> = {}
  const names = tableNames(db)
  for (const [i, name] of names.entries()) {
    order.onProgress?.('writing history', i / names.length)
    tables[name] = await exportTable(db, name, join(order.into, 'history', `${name}.jsonl`))
  }
  return { schema: schemaOf(db), tables, sequences: sequencesOf(db) }
}

async function exportTable(
  db: DatabaseSync,
  name: string,
  path: string,
  { where = '', change }: { where?: string; change?: (row: Row) => Promise<Row> | Row } = {},
): Promise<TableHeader> {
  const columns = columnsOf(db, name)
  const order = name === 'chunks' ? ' ORDER BY log_id, seq' : ''
  const bytesOf = columns.map(({ name: column }) => `CAST(${quoted(column)} AS BLOB)`)
  const from = `FROM ${quoted(name)}${where}${order}`
  const hasId = columns.some(column => column.name === 'id')
  const rawRow = db.prepare(
    `SELECT ${bytesOf.join(', ')} ${hasId ? `FROM ${quoted(name)} WHERE id = ?` : `${from} LIMIT 1 OFFSET ?`}`,
  )
  const statement = db.prepare(`SELECT * ${from}`)
  statement.setReadBigInts(true)
  const { lines: rows, sha256 } = await writeLines(path, async write => {
    let index = 0
    for (const found of statement.iterate()) {
      const row = change ? await change(found) : found
      // Bytes that are no UTF-8 come as U+FFFD; what was there is asked for once more.
      const odd = Object.values(row).some(
        value => typeof value === 'string' && value.includes('\ufffd'),
      )
      const raw = odd ? rawRow.get(hasId ? found.id! : index) : undefined
      const bytes = raw && (Object.values(raw) as (Uint8Array | null)[])
      const values = columns.flatMap(({ name: column, type }, i) =>
        column in row ? [[column, toJson(row[column]!, type, bytes?.[i])] as const] : [],
      )
      await write(Object.fromEntries(values))
      index++
    }
  })
  return { rows, sha256, columns }
}

export function columnsOf(db: DatabaseSync, table: string): Column[] {
  return db
    .prepare('SELECT name, type FROM pragma_table_info(?)')
    .all(table)
    .map(row => ({ name: row.name as string, type: (row.type as string).toUpperCase() }))
}

function sequencesOf(db: DatabaseSync): Record<string, number> {
  const there = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").get()
  if (!there) return {}
  // A number that can't be one is given as the highest that can.
  const most = `SELECT name, max(0, min(seq, ${Number.MAX_SAFE_INTEGER})) AS seq`
  const rows = db.prepare(`${most} FROM sqlite_sequence ORDER BY name`).all()
  return Object.fromEntries(rows.map(row => [row.name as string, row.seq as number]))
}

async function exportLogs(
  { into, onProgress }: ExportOrder,
  history: DatabaseSync,
  db: DatabaseSync,
): Promise<Pick<Header, 'logs' | 'logFiles'>> {
  const tables: Record<string, TableHeader> = {}
  const newest = lastId(history, 'logs')
  const nameOf = logNames(history)
  const total = Math.max(1, newest)
  const { lines: rows, sha256 } = await writeLines(
    join(into, 'log-index', 'files.jsonl'),
    async write => {
      const plain = createLogFiles(into, nameOf, write)
      try {
        await exportTables(plain)
        await plain.end()
      } finally {
        await plain.close()
      }
    },
  )
  return {
    logs: { schema: schemaOf(db), tables, sequences: sequencesOf(db) },
    logFiles: { rows, sha256 },
  }

  async function exportTables(plain: ReturnType<typeof createLogFiles>) {
    for (const name of tableNames(db)) {
      const key = logKeyOf(db, name)
      const options = {
        // Logs that history does not know yet: see createBackup.
        where: key ? ` WHERE ${key} <= ${newest}` : '',
        ...(name === 'chunks' && {
          async change(row: Row) {
            onProgress?.('writing logs', Number(row.log_id) / total)
            return plain.put(row)
          },
        }),
      }
      tables[name] = await exportTable(db, name, join(into, 'log-index', `${name}.jsonl`), options)
    }
  }
}

// The bytes of a log go into a file of their own, and its chunks keep all but these.
function createLogFiles(
  into: string,
  nameOf: (id: number) => string,
  tell: (line: object) => Promise<void>,
) {
  let logId: number | undefined
  let name = ''
  let file: Awaited<ReturnType<typeof open>> | undefined
  let hash = createHash('sha256')
  let bytesWritten = 0

  return { put, end, close }

  async function put(row: Row): Promise<Row> {
    if (Number(row.log_id) !== logId) {
      await end()
      logId = Number(row.log_id)
      name = nameOf(logId)
      await mkdir(dirname(join(into, name)), { recursive: true, mode: 0o700 })
      file = await open(join(into, name), 'wx', 0o600)
      hash = createHash('sha256')
      bytesWritten = 0
    }
    const bytes = unpacked(row)
    // Damaged, or packed by a version that knows more: it goes along as it is.
    if (bytes?.length !== Number(row.byte_count)) return row
    hash.update(bytes)
    bytesWritten += bytes.length
    await file!.writeFile(bytes)
    const { data: _data, ...rest } = row
    return rest
  }

  async function end() {
    if (logId === undefined) return
    await close()
    await tell({ log_id: logId, file: name, bytes: bytesWritten, sha256: hash.digest('hex') })
    logId = undefined
  }

  async function close() {
    const open = file
    file = undefined
    await open?.close()
  }
}

function unpacked(row: Row): Buffer | undefined {
  try {
    return unpackChunk({ ...row, codec: Number(row.codec), at: Number(row.at) }).bytes
  } catch {
    return undefined
  }
}

// logs/<builder>/<number of the build>/<number of the step> <step> <log> <id>.log
function logNames(history: DatabaseSync): (id: number) => string {
  const find = history.prepare(
    `SELECT bu.name AS builder, CAST(b.number AS TEXT) AS build, CAST(s.number AS TEXT) AS position, s.name AS step, l.name AS log
     FROM logs l JOIN steps s ON s.id = l.step_id JOIN builds b ON b.id = s.build_id
     JOIN builders bu ON bu.id = b.builder_id WHERE l.id = ?`,
  )
  return id => {
    const row = find.get(id)
    if (!row) return `logs/unknown/${id}.log`
    const words = [row.position, plainName(row.step), plainName(row.log), id].join(' ')
    return `logs/${plainName(row.builder)}/${row.build}/${words}.log`
  }
}

// A name that every system takes: no separators, no devices, no dots at its ends, not too long.
function plainName(value: unknown): string {
  const text = String(value)
    .replace(/[^\p{L}\p{N} ._+=@,-]/gu, '_')
    .replace(/^[ .]+|[ .]+$/g, '_')
  const short = Array.from(text).slice(0, 40).join('')
  return /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(short) ? `_${short}` : short || '_'
}

async function exportArtifacts({ dataDir, into, onProgress }: ExportOrder, history: DatabaseSync) {
  const wanted = wantedArtifacts(history)
  const missing: string[] = []
  const lost: string[] = []
  for (const [i, { sha256, name }] of wanted.entries()) {
    const path = artifactPath(sha256)
    const { problem } = lookAtArtifact(dataDir, sha256)
    if (problem === null) {
      await mkdir(dirname(join(into, path)), { recursive: true, mode: 0o700 })
      await copyFile(join(dataDir, path), join(into, path), constants.COPYFILE_FICLONE)
    } else {
      missing.push(sha256)
      if (lost.length < MOST_NAMED) lost.push(`${name}: ${problem}`)
    }
    onProgress?.('copying artifacts', (i + 1) / wanted.length)
  }
  return { count: wanted.length - missing.length, missing, ...(lost.length > 0 && { lost }) }
}

async function exportSettings({ dataDir, into }: ExportOrder) {
  const there = SETTINGS.filter(name => existsSync(join(dataDir, name)))
  for (const name of there) {
    const [from, to] = [join(dataDir, name), join(into, 'settings', name)]
    if (CONFIGURATIONS.includes(name))
      await writeFile(to, maskAddresses(await readFile(from, 'utf8')), { mode: 0o600, flush: true })
    else await copyFile(from, to)
  }
  return there
}
