import { saysDamaged } from '../db/damaged.ts'
import type { Database, Row } from '../db/database.ts'
import type { LogId } from '../model.ts'
import { CHUNK_BYTES, type Chunk, unpackChunk } from './chunk.ts'

/** A chunk as it is read: where its bytes are lost, words stand in their place. */
export interface ReadChunk extends Chunk {
  /** Why its bytes are lost. */
  readonly lost?: string
  /** How many bytes of the log it stands for. Where they are lost, the words are longer or shorter. */
  readonly byteCount: number
}

// Of a long stretch that is gone so many lines are made up at once.
const MOST_LINES = 4096
const GONE = 'it is gone'

/** Unpacks a row of `chunks`. One that is damaged costs its own lines, which say so. */
export function readChunk(row: Row): ReadChunk {
  const byteCount = Number(row.byte_count)
  try {
    if (typeof row.gone === 'string') throw new Error(row.gone)
    return { ...unpackChunk(row), byteCount }
  } catch (error) {
    return lostChunk(row, byteCount, (error as Error).message)
  }
}

function lostChunk(row: Row, byteCount: number, lost: string): ReadChunk {
  const firstLine = Number(row.first_line)
  const lineCount = Math.max(0, Math.min(Number(row.line_count), CHUNK_BYTES))
  const words = Buffer.from(`${describeLost(row, lost)}\n`)
  const bytes = Buffer.concat([words, Buffer.alloc(Math.max(0, lineCount - 1), '\n')])
  return {
    seq: Number(row.seq),
    firstLine,
    lineCount,
    firstByte: Number(row.first_byte),
    segments: [{ stream: 'header', byteCount: bytes.length, at: Number(row.at) || 0 }],
    bytes,
    byteCount,
    lost,
  }
}

/** What a download has in place of a chunk that is lost. */
export function lostWords({ bytes }: ReadChunk): Buffer {
  return bytes.subarray(0, bytes.indexOf('\n') + 1)
}

function describeLost(row: Row, reason: string): string {
  const first = Number(row.first_line) + 1
  const last = first + Number(row.gone_lines ?? row.line_count) - 1
  const bytes = Number(row.gone_bytes ?? row.byte_count)
  const lines =
    last < first
      ? 'a part of this line'
      : last === first
        ? `line ${first}`
        : `lines ${first} to ${last}`
  return `[lost: ${lines}, ${bytes} bytes. This piece of the log can't be read: ${reason}]`
}

// All that is known of a chunk without its bytes. What lies on a damaged page is not asked for.
const PLACE = 'log_id, seq, first_line, line_count, first_byte, byte_count, at'

/** The rows of `chunks`, with made-up ones where some are missing. */
export function createChunkRows(db: Database) {
  return { ofLine, afterLine, ofByte, bySeq }

  /** The chunk in which a line starts; `undefined` beyond the end. */
  function ofLine(logId: LogId, line: number): Row | undefined {
    const row = startingAt(logId, line)
    if (row && line < lineEnd(row)) return row
    return line < 0 ? undefined : goneAt(logId, row, line)
  }

  /** The chunk in which the line after those of `chunk` starts. */
  function afterLine(logId: LogId, { firstLine, lineCount }: Chunk): Row | undefined {
    return ofLine(logId, firstLine + lineCount)
  }

  function startingAt(logId: LogId, line: number): Row | undefined {
    return one(
      'log_id = ? AND first_line <= ? AND line_count > 0 ORDER BY first_line DESC',
      logId,
      line,
    )
  }

  function goneAt(logId: LogId, before: Row | undefined, line: number): Row | undefined {
    const from = before ? lineEnd(before) : 0
    const next = one(
      'log_id = ? AND first_line > ? AND line_count > 0 ORDER BY first_line',
      logId,
      line,
    )
    const counts = next ? undefined : countsOf(logId)
    const to = next ? Number(next.first_line) : Number(counts?.line_count ?? 0)
    if (line >= to) return undefined
    // The log may have grown between the two questions.
    const now = next ? undefined : startingAt(logId, line)
    if (now && line < lineEnd(now)) return now
    const fromByte = before ? byteEnd(before) : 0
    const toByte = Number(next ? next.first_byte : (counts?.byte_count ?? fromByte))
    // A stretch of millions of lines is told once, at its beginning, and is else empty.
    const skipped = Math.floor((line - from) / MOST_LINES) * MOST_LINES
    const first = from + skipped
    return {
      log_id: logId,
      seq: Number(before?.seq ?? -1) + 0.5,
      first_line: first,
      line_count: Math.min(MOST_LINES, to - first),
      first_byte: skipped === 0 ? fromByte : toByte,
      byte_count: skipped === 0 ? toByte - fromByte : 0,
      at: before?.at ?? 0,
      gone: GONE,
      gone_lines: to - first,
      gone_bytes: toByte - fromByte,
    }
  }

  /** The chunk that holds a byte; `undefined` beyond the end. */
  function ofByte(logId: LogId, byte: number): Row | undefined {
    const row = holding(logId, byte)
    const end = row ? byteEnd(row) : 0
    if (byte < end) return row
    const next = one('log_id = ? AND first_byte > ? ORDER BY first_byte', logId, byte)
    const counts = next ? undefined : countsOf(logId)
    const to = Number(next ? next.first_byte : (counts?.byte_count ?? 0))
    if (byte >= to) return undefined
    const now = next ? undefined : holding(logId, byte)
    if (now && byte < byteEnd(now)) return now
    const firstLine = row ? lineEnd(row) : 0
    const lastLine = Number(next ? next.first_line : (counts?.line_count ?? firstLine))
    return {
      log_id: logId,
      seq: Number(row?.seq ?? -1) + 0.5,
      first_line: firstLine,
      line_count: lastLine - firstLine,
      first_byte: end,
      byte_count: to - end,
      at: row?.at ?? 0,
      gone: GONE,
    }
  }

  function holding(logId: LogId, byte: number): Row | undefined {
    return one('log_id = ? AND first_byte <= ? ORDER BY first_byte DESC', logId, byte)
  }

  function bySeq(logId: LogId, seq: number): Row | undefined {
    return one('log_id = ? AND seq = ?', logId, seq)
  }

  function one(where: string, logId: LogId, value: number): Row | undefined {
    try {
      return db.get(`SELECT * FROM chunks WHERE ${where} LIMIT 1`, logId, value)
    } catch (error) {
      if (!saysDamaged(error)) throw error
      const row = db.get(`SELECT ${PLACE} FROM chunks WHERE ${where} LIMIT 1`, logId, value)
      return row && { ...row, gone: 'its page in logs.sqlite is damaged' }
    }
  }

  function countsOf(logId: LogId): Row | undefined {
    return db.get('SELECT line_count, byte_count FROM logs WHERE id = ?', logId)
  }
}

// A count that is damaged must not lead back to the same row.
function lineEnd(row: Row): number {
  const most = typeof row.gone === 'string' ? MOST_LINES : CHUNK_BYTES
  return Number(row.first_line) + Math.min(Number(row.line_count), most)
}

function byteEnd(row: Row): number {
  return Number(row.first_byte) + Number(row.byte_count)
}
