import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { unpackChunk } from '../../main/master/logs/chunk.ts'

/**
 * A hash of the rows of every table of history.sqlite and logs.sqlite, the logs by their exact bytes.
 * Left out is the count of syncs to the disk: a running master counts on between any two looks.
 */
export function hashHistory(dataDir: string): Record<string, string> {
  return {
    ...hashTables(join(dataDir, 'history.sqlite')),
    ...hashTables(join(dataDir, 'logs.sqlite'), 'logs '),
  }
}

function hashTables(path: string, prefix = ''): Record<string, string> {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    const tables = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .all()
      .map(row => row.name as string)
      .filter(name => !/^sqlite_stat/.test(name))
    return Object.fromEntries(
      tables.map(name => {
        const statement = db.prepare(`SELECT * FROM "${name}"`)
        // So that 5 and 5.0 are told apart.
        statement.setReadBigInts(true)
        const rows = statement.all().filter(row => !countsSyncs(row, name))
        const texts = rows.map(row => rowText({ ...row }, name))
        const whole = texts.sort().join('\n')
        return [`${prefix}${name} (${texts.length})`, digest(whole)]
      }),
    )
  } finally {
    db.close()
  }
}

function countsSyncs(row: Record<string, unknown>, table: string): boolean {
  return table === 'scheduler_state'
    ? row.scheduler === 'triphammer: history'
    : table === 'logs' && row.id === 0n
}

function rowText(row: Record<string, unknown>, table: string): string {
  if (table === 'chunks') {
    // How it was packed says nothing of the log, unless nobody can unpack it.
    row.data = digest(unpacked(row) ?? (row.data as Uint8Array))
  }
  const sorted = Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(sorted, (_key, value) =>
    typeof value === 'bigint'
      ? `${value}n`
      : value instanceof Uint8Array
        ? Buffer.from(value).toString('base64')
        : value,
  )
}

function unpacked(row: Record<string, unknown>): Uint8Array | undefined {
  try {
    return unpackChunk({ ...row, codec: Number(row.codec), at: Number(row.at) }).bytes
  } catch {
    return undefined
  }
}

function digest(what: string | Uint8Array): string {
  return createHash('sha256').update(what).digest('hex')
}
