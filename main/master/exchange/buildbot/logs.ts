import { createLogWriting } from '../../logs/log-writing.ts'
import type { LogId } from '../../model.ts'
import type { Importing } from './import-buildbot.ts'
import { piecesOf } from './log-lines.ts'
import type { SourceRow } from './source.ts'
import { unpackChunkOf } from './unpack.ts'
import { moment, text } from './values.ts'

const COMMIT_BYTES = 4 * 1024 * 1024

/** The logs of one build whose steps are imported. */
export function importLogs(importing: Importing, build: number): void {
  const { source, db, marks, count } = importing
  if (!source.has('logs')) return
  const rows = [
    ...source.rows(
      `SELECT l.*, s.started_at, s.complete_at AS step_complete_at, b.complete_at AS build_complete_at
       FROM logs l JOIN steps s ON s.id = l.stepid JOIN builds b ON b.id = s.buildid
       WHERE s.buildid = ? ORDER BY l.id`,
      build,
    ),
  ]
  const wanted: { row: SourceRow; id: LogId }[] = []
  db.transaction(() => {
    for (const row of rows) {
      const known = marks.find('log', row.id as number)
      if (known?.final) count('already', 'logs')
      else if (known) wanted.push({ row, id: known.localId as LogId })
      else {
        const step = marks.localId('step', row.stepid)
        if (step === undefined) {
          const reason = `there is no step ${row.stepid}`
          marks.quarantine('log', 'logs', row.id as number, row, reason)
          continue
        }
        const id = insertLog(importing, row, step)
        marks.set('log', row.id as number, id, false)
        count('added', 'logs')
        wanted.push({ row, id })
      }
    }
  })
  for (const { row, id } of wanted) copyLog(importing, row, id)
}

function insertLog({ db }: Importing, row: SourceRow, step: number): LogId {
  const slug = text(row.slug)
  const names = [text(row.name, slug), slug, `${slug} ${row.id}`]
  const free = names.find(
    name => !db.get('SELECT 1 FROM logs WHERE step_id = ? AND name = ?', step, name),
  )
  return db.run(
    'INSERT INTO logs (step_id, name, kind, line_count, byte_count, complete) VALUES (?, ?, ?, 0, 0, 0)',
    step,
    free ?? `log ${row.id}`,
    text(row.type, 't'),
  ).id as LogId
}

function copyLog(importing: Importing, row: SourceRow, id: LogId) {
  const { source, db, logs, marks, unreadable } = importing
  // What an import that was cut short has written of it.
  logs.transaction(() => {
    logs.run('DELETE FROM chunks WHERE log_id = ?', id)
    logs.run('DELETE FROM logs WHERE id = ?', id)
  })
  const writing = createLogWriting(logs)
  const at = moment(row.started_at) ?? moment(row.step_complete_at) ?? 0
  let line = 0
  let ticket = 0
  for (const chunk of source.rows(
    'SELECT * FROM logchunks WHERE logid = ? ORDER BY first_line',
    row.id as number,
  )) {
    const [first, last] = [chunk.first_line as number, chunk.last_line as number]
    if (first > line) miss(`lines ${line + 1} to ${first} are not there`)
    line = last + 1
    try {
      const bytes = unpackChunkOf(Number(chunk.compressed), contentOf(chunk.content))
      for (const piece of piecesOf(bytes, text(row.type, 't')))
        writing.append(id, piece.stream, piece.bytes, at, ++ticket)
    } catch (error) {
      miss(`lines ${first + 1} to ${last + 1} are ${(error as Error).message}`)
    }
    if (writing.pendingBytes > COMMIT_BYTES) writing.commit(at)
  }
  writing.finish(id, ++ticket)
  const [committed] = writing.commit(at)
  const { lineCount, byteCount } = committed!
  importing.logBytes += byteCount
  // Of a build that still runs there will be more.
  const final = row.complete === 1 || row.build_complete_at !== null
  db.transaction(() => {
    db.run(
      'UPDATE logs SET line_count = ?, byte_count = ?, complete = 1 WHERE id = ?',
      lineCount,
      byteCount,
      id,
    )
    marks.set('log', row.id as number, id, final)
  })

  function miss(reason: string) {
    unreadable.push({ log: row.id as number, reason })
    const words = Buffer.from(`[not imported: ${reason}]\n`)
    writing.append(id, 'header', words, at, ++ticket)
  }
}

function contentOf(value: SourceRow[string] | undefined): Uint8Array {
  return value instanceof Uint8Array ? value : Buffer.from(text(value))
}
