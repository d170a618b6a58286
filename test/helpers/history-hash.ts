import { createHash, type Hash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { unpackChunk } from '../../main/master/logs/chunk.ts'

/** A hash of the rows of every table of history.sqlite and logs.sqlite, the logs by their exact bytes. */
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
        const hash = createHash('sha256')
        const rows = db.prepare(`SELECT * FROM "${name}"`).all()
        const texts = rows.map(row => rowText({ ...row }, name, hash))
        for (const text of texts.sort()) hash.update(text).update('\n')
        return [`${prefix}${name} (${rows.length})`, hash.digest('hex')]
      }),
    )
  } finally {
    db.close()
  }
}

function rowText(row: Record<string, unknown>, table: string, hash: Hash): string {
  if (table === 'chunks') {
    hash.update(unpackChunk(row).bytes)
    delete row.data
  }
  const sorted = Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(sorted, (_key, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  )
}
