import { createLogWriting } from '../../logs/log-writing.ts'
import type { LogId } from '../../model.ts'
import type { Importing } from './import-buildbot.ts'
import { piecesOf } from './log-lines.ts'
import type { SourceRow } from './source.ts'
import { unpackChunkOf } from './unpack.ts'
import { moment, text } from './values.ts'

const COMMIT_BYTES = 4 * 1024 * 1024
const COMMIT_LOGS = 500

interface Wanted {
  readonly row: SourceRow
  readonly id: LogId
  /** Whether nothing of it can have been written before. */
  readonly fresh: boolean
}

/** The logs of builds whose steps are imported. */
export function importLogs(importing: Importing, builds: readonly number[]): void {
  if (!importing.source.has('logs')) return
  const wanted = importing.db.transaction(() => builds.flatMap(build => claim(importing, build)))
  copyLogs(importing, wanted)
}

// Gives the logs of a build their ids here, as growing ones.
function claim(importing: Importing, build: number): Wanted[] {
  const { source, marks, count } = importing
  const rows = source.rows(
    `SELECT l.*, s.started_at, s.complete_at AS step_complete_at, b.complete_at AS build_complete_at
     FROM logs l JOIN steps s ON s.id = l.stepid JOIN builds b ON b.id = s.buildid
     WHERE s.buildid = ? ORDER BY l.id`,
    build,
  )
  return [...rows].flatMap((row): Wanted[] => {
    const known = marks.find('log', row.id as number)
    if (known?.final) {
      count('already', 'logs')
      return []
    }
    if (known) return [{ row, id: known.localId as LogId, fresh: false }]
    const step = marks.localId('step', row.stepid)
    if (step === undefined) {
      const reason = `there is no step ${row.stepid}`
      marks.quarantine('log', 'logs', row.id as number, row, reason)
      return []
    }
    const id = insertLog(importing, row, step)
    marks.set('log', row.id as number, id, false)
    count('added', 'logs')
    return [{ row, id, fresh: true }]
  })
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

function copyLogs(importing: Importing, wanted: readonly Wanted[]) {
  const { source, db, logs, marks, unreadable } = importing
  const writing = createLogWriting(logs)
  const rowOf = new Map(wanted.map(({ id, row }) => [id, row]))
  let ticket = 0
  let finished = 0
  for (const one of wanted) copy(one)
  settle()

  function copy({ row, id, fresh }: Wanted) {
    // What an import that was cut short has written of it.
    if (!fresh)
      logs.transaction(() => {
        logs.run('DELETE FROM chunks WHERE log_id = ?', id)
        logs.run('DELETE FROM logs WHERE id = ?', id)
      })
    const type = text(row.type, 't')
    const at = moment(row.started_at) ?? moment(row.step_complete_at) ?? 0
    const miss = (reason: string) => {
      unreadable.push({ log: row.id as number, reason })
      const words = Buffer.from(`[not imported: ${reason}]\n`)
      writing.append(id, 'header', words, at, ++ticket)
    }
    let line = 0
    const sql = 'SELECT * FROM logchunks WHERE logid = ? ORDER BY first_line'
    for (const chunk of source.rows(sql, row.id as number)) {
      const [first, last] = [chunk.first_line as number, chunk.last_line as number]
      if (first > line) miss(`lines ${line + 1} to ${first} are not there`)
      line = last + 1
      try {
        const bytes = unpackChunkOf(Number(chunk.compressed), contentOf(chunk.content))
        for (const piece of piecesOf(bytes, type))
          writing.append(id, piece.stream, piece.bytes, at, ++ticket)
      } catch (error) {
        miss(`lines ${first + 1} to ${last + 1} are ${(error as Error).message}`)
      }
      if (writing.pendingBytes > COMMIT_BYTES) settle()
    }
    writing.finish(id, ++ticket)
    if (++finished % COMMIT_LOGS === 0) settle()
  }

  // The bytes first, and history after: it never knows of more than there is.
  function settle() {
    const whole = writing.commit(0).filter(log => log.complete)
    db.transaction(() => {
      for (const { logId, lineCount, byteCount } of whole) {
        const row = rowOf.get(logId)!
        importing.logBytes += byteCount
        db.run(
          'UPDATE logs SET line_count = ?, byte_count = ?, complete = 1 WHERE id = ?',
          lineCount,
          byteCount,
          logId,
        )
        // Of a build that still runs there will be more.
        const final = row.complete === 1 || row.build_complete_at !== null
        marks.set('log', row.id as number, logId, final)
      }
    })
  }
}

function contentOf(value: SourceRow[string] | undefined): Uint8Array {
  return value instanceof Uint8Array ? value : Buffer.from(text(value))
}
