import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const HISTORY = {
  runs: 'id, version, shell, started_at',
  changes:
    'id, project, repository, branch, revision, who, comments, files, category, at, received_at',
  buildsets: 'id, reason, scheduler, sourcestamp_id, submitted_at, complete_at, results',
  build_requests: 'id, buildset_id, builder_id, submitted_at, claimed_at, complete_at, results',
  builds:
    'id, builder_id, number, request_id, slave_id, run_id, revision, started_at, complete_at, results, state_string',
  build_properties: 'build_id, name, value, source',
  steps: 'id, build_id, number, name, kind, started_at, complete_at, results, state_string, hidden',
  logs: 'id, step_id, name, kind, line_count, byte_count, complete',
  artifacts: 'build_id, path, size_bytes, sha256',
}

/** What history and logs of a data directory hold, whatever their schema, as a hash. */
export function contentsOf(folder: string): string {
  const hash = createHash('sha256')
  const add = (name: string, tables: Readonly<Record<string, string>>) => {
    const db = new DatabaseSync(join(folder, name))
    try {
      for (const [table, columns] of Object.entries(tables))
        for (const row of db.prepare(`SELECT ${columns} FROM ${table} ORDER BY 1, 2`).all())
          hash.update(
            JSON.stringify(row, (_, value) =>
              value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
            ),
          )
    } finally {
      db.close()
    }
  }
  add('history.sqlite', HISTORY)
  add('logs.sqlite', {
    logs: 'id, line_count, byte_count, complete',
    chunks: 'log_id, seq, first_line, line_count, segments, codec, data',
  })
  return hash.digest('hex')
}
