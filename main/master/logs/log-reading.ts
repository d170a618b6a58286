import type { Database } from '../db/database.ts'
import type { LogId, Stream } from '../model.ts'
import { type Chunk, type LineStart, lineStarts, unpackChunk } from './chunk.ts'
import type { LinesQuery, LogLine, Match, SearchAnswer, SearchQuery } from './lines.ts'

export interface LogReading {
  lines(query: LinesQuery): LogLine[]
  /** Exact bytes from `from` on, at most one chunk of them; empty at the end. */
  bytes(logId: LogId, from: number, streams?: readonly Stream[]): { bytes: Buffer; next: number }
  /** Searches for at most about 100 ms and says where to go on. */
  search(query: SearchQuery): SearchAnswer
}

const CACHED_CHUNKS = 16
const SEARCH_BUDGET_MS = 100
const SEARCH_LINE_BYTES = 64 * 1024
const NEWLINE = 10

interface Unpacked {
  readonly chunk: Chunk
  readonly starts: readonly LineStart[]
}

/** Reads what is committed of logs, at the cost of the chunks that it touches. Synchronous. */
export function createLogReading(db: Database): LogReading {
  // The last chunk of a growing log changes, so its size is part of the key.
  const cache = new Map<string, Unpacked>()

  return { lines, bytes, search }

  function lines({ logId, first, count, maxLineBytes }: LinesQuery): LogLine[] {
    const found: LogLine[] = []
    let at = chunkOfLine(logId, first)
    while (at && found.length < count) {
      const { chunk, starts } = at
      for (const [index, start] of starts.entries()) {
        const number = chunk.firstLine + index
        if (number < first) continue
        if (found.length === count) break
        const end = starts[index + 1]?.offset
        found.push(readLine(logId, chunk, start, end, number, maxLineBytes))
      }
      at = nextWithLines(logId, chunk.seq)
    }
    return found
  }

  function readLine(
    logId: LogId,
    chunk: Chunk,
    start: LineStart,
    end: number | undefined,
    number: number,
    maxBytes: number,
  ): LogLine {
    // One byte more than wanted: it tells a line that is longer from one that just fits.
    const most = maxBytes + 1
    let bytes = chunk.bytes.subarray(
      start.offset,
      Math.min(end ?? Number.POSITIVE_INFINITY, start.offset + most),
    )
    if (end === undefined && bytes.length < most && bytes.at(-1) !== NEWLINE)
      bytes = Buffer.concat([bytes, restOfLine(logId, chunk, start.stream, most - bytes.length)])
    const { stream, at } = start
    if (bytes.at(-1) === NEWLINE) bytes = bytes.subarray(0, -1)
    if (bytes.length <= maxBytes)
      return { number, stream, at, text: bytes.toString('utf8'), cut: false }
    // `stream` leaves out a character of which only the beginning is there.
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, maxBytes), {
      stream: true,
    })
    return { number, stream, at, text, cut: true }
  }

  // What the chunks after `chunk` hold of its last line, at most `maxBytes`.
  function restOfLine(logId: LogId, chunk: Chunk, stream: Stream, maxBytes: number): Buffer {
    const parts: Buffer[] = []
    let left = maxBytes
    for (
      let next = bySeq(logId, chunk.seq + 1);
      next && left > 0;
      next = bySeq(logId, next.chunk.seq + 1)
    ) {
      if (next.chunk.segments[0]?.stream !== stream) break
      const end = next.starts[0]?.offset ?? next.chunk.bytes.length
      if (end === 0) break
      const part = next.chunk.bytes.subarray(0, Math.min(end, left))
      parts.push(part)
      left -= part.length
      if (next.starts.length > 0) break
    }
    return Buffer.concat(parts)
  }

  function bytes(logId: LogId, from: number, streams?: readonly Stream[]) {
    const row = db.get(
      'SELECT * FROM chunks WHERE log_id = ? AND first_byte <= ? ORDER BY first_byte DESC LIMIT 1',
      logId,
      from,
    )
    if (!row) return { bytes: Buffer.alloc(0), next: from }
    // Each is read once, so it is not kept, and where its lines start does not matter.
    const chunk = unpackChunk(row)
    const next = chunk.firstByte + chunk.bytes.length
    const skip = from - chunk.firstByte
    if (skip >= chunk.bytes.length) return { bytes: Buffer.alloc(0), next: from }
    if (!streams) return { bytes: chunk.bytes.subarray(skip), next }
    const parts: Buffer[] = []
    let offset = 0
    for (const segment of chunk.segments) {
      const end = offset + segment.byteCount
      if (end > skip && streams.includes(segment.stream))
        parts.push(chunk.bytes.subarray(Math.max(offset, skip), end))
      offset = end
    }
    return { bytes: Buffer.concat(parts), next }
  }

  function search(query: SearchQuery): SearchAnswer {
    const { logId, fromLine, limit } = query
    const pattern = new RegExp(query.pattern, query.ignoreCase ? 'giu' : 'gu')
    const until = performance.now() + SEARCH_BUDGET_MS
    const matches: Match[] = []
    let at = chunkOfLine(logId, fromLine)
    while (at) {
      const { chunk, starts } = at
      for (const [index, start] of starts.entries()) {
        const number = chunk.firstLine + index
        if (number < fromLine) continue
        const line = readLine(
          logId,
          chunk,
          start,
          starts[index + 1]?.offset,
          number,
          SEARCH_LINE_BYTES,
        )
        for (const match of line.text.matchAll(pattern)) {
          if (match[0] === '') continue
          matches.push({ line: number, start: match.index, end: match.index + match[0].length })
        }
        if (matches.length >= limit) return { matches, nextLine: number + 1 }
      }
      const next = nextWithLines(logId, chunk.seq)
      if (next && performance.now() > until) return { matches, nextLine: next.chunk.firstLine }
      at = next
    }
    return { matches, nextLine: null }
  }

  function chunkOfLine(logId: LogId, line: number) {
    return unpacked(
      db.get(
        `SELECT * FROM chunks WHERE log_id = ? AND first_line <= ? AND line_count > 0
         ORDER BY first_line DESC LIMIT 1`,
        logId,
        line,
      ),
    )
  }

  function nextWithLines(logId: LogId, seq: number) {
    return unpacked(
      db.get(
        'SELECT * FROM chunks WHERE log_id = ? AND seq > ? AND line_count > 0 ORDER BY seq LIMIT 1',
        logId,
        seq,
      ),
    )
  }

  function bySeq(logId: LogId, seq: number) {
    return unpacked(db.get('SELECT * FROM chunks WHERE log_id = ? AND seq = ?', logId, seq))
  }

  function unpacked(row: Record<string, unknown> | undefined): Unpacked | undefined {
    if (!row) return undefined
    const key = `${row.log_id} ${row.seq} ${row.byte_count}`
    let found = cache.get(key)
    if (found) cache.delete(key)
    else {
      const chunk = unpackChunk(row)
      found = { chunk, starts: lineStarts(chunk) }
    }
    cache.set(key, found)
    if (cache.size > CACHED_CHUNKS) cache.delete(cache.keys().next().value!)
    return found
  }
}
