import type { Database } from '../db/database.ts'
import type { LogId, Stream } from '../model.ts'
import { type Chunk, type LineStart, lineStarts } from './chunk.ts'
import type {
  LinePiece,
  LinesQuery,
  LogLine,
  PieceQuery,
  ScreenQuery,
  SearchAnswer,
  SearchQuery,
} from './lines.ts'
import { type OutlineAnswer, type OutlineQuery, outlineLog } from './log-outline.ts'
import { type LineWindow, type ScannedChunk, searchLog } from './log-scan.ts'
import { lookBefore, type UnpackedChunk } from './look-before.ts'
import { createChunkRows, lostWords, readChunk } from './lost-piece.ts'
import { lineStates, plainLine, shownLine, withoutSequences } from './plain-text.ts'
import { MOST_ROWS } from './redraws.ts'
import { type ScanAnswer, type ScanQuery, scanLogs } from './scan-logs.ts'
import { drawScreen, GAP, lastWithRows, type ScreenRow, type WrittenLine } from './screen.ts'
import { type Look, lookAfter, lookOrder, PLAIN } from './sgr.ts'

export interface LogReading {
  lines(query: LinesQuery): LogLine[]
  /** Empty beyond the end of its line. */
  piece(query: PieceQuery): LinePiece
  /** Rows of a terminal that programs wrote over, as they are in the end. */
  screen(query: ScreenQuery): ScreenRow[]
  /** Exact bytes from `from` on, at most one chunk of them; empty at the end. */
  bytes(logId: LogId, from: number, streams?: readonly Stream[]): { bytes: Buffer; next: number }
  /** Searches for at most about 100 ms and says where to go on. */
  search(query: SearchQuery): SearchAnswer
  /** Looks for what stands out of a log, as long as `search` does. */
  outline(query: OutlineQuery): OutlineAnswer
  /** Searches many logs, one after the other, as long as `search` does. */
  scan(query: ScanQuery): ScanAnswer
}

const CACHED_CHUNKS = 16
// How many lines are drawn on a screen, and how much of each.
const MOST_DRAWN = 4000
const MOST_DRAWN_BYTES = 8 * 1024
// What is held against a pattern at once of a line that is longer, and how far a match may reach beyond it.
const WINDOW_BYTES = 64 * 1024
const OVERLAP_BYTES = 4 * 1024
const NEWLINE = 10

/** Reads what is committed of logs, at the cost of the chunks that it touches. Synchronous. */
export function createLogReading(db: Database): LogReading {
  // The last chunk of a growing log changes, so its size is part of the key.
  const cache = new Map<string, UnpackedChunk>()
  const rows = createChunkRows(db)

  return {
    lines,
    piece,
    screen,
    bytes,
    search: query => searchLog({ chunkFrom }, query),
    outline: query => outlineLog({ chunkFrom }, query),
    scan: query => scanLogs({ chunkFrom }, query),
  }

  function lines({ logId, first, count, maxLineBytes, shown }: LinesQuery): LogLine[] {
    const found: LogLine[] = []
    let at = chunkOfLine(logId, first)
    let look = shown && at ? lookBefore(at, first - at.chunk.firstLine, bySeqOf(logId)) : PLAIN
    while (at && found.length < count) {
      const { chunk, starts } = at
      for (
        let index = Math.max(0, first - chunk.firstLine);
        index < starts.length && found.length < count;
        index++
      ) {
        const end = starts[index + 1]?.offset
        const number = chunk.firstLine + index
        const line = readLine(logId, chunk, starts[index]!, end, number, maxLineBytes)
        if (!shown) found.push(line)
        else if (line.stream === 'header') {
          found.push(asShown(logId, line, PLAIN, maxLineBytes))
          look = PLAIN
        } else {
          found.push(asShown(logId, line, look, maxLineBytes))
          look = lookAfter(
            look,
            line.cut ? line.text + endOf(logId, line, maxLineBytes) : line.text,
          )
        }
      }
      at = nextWithLines(logId, chunk)
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
      return {
        number,
        stream,
        at,
        text: bytes.toString('utf8'),
        cut: false,
        byteCount: bytes.length,
      }
    const text = wholeCharacters(bytes.subarray(0, maxBytes))
    const [from, to] = spanOfLine(logId, chunk, start, end, number)
    return { number, stream, at, text, cut: true, byteCount: to - from }
  }

  /** @param look With which it begins. */
  function asShown(logId: LogId, line: LogLine, look: Look, maxBytes: number): LogLine {
    const states = lineStates(line.text).length
    if (!line.cut || states === 1) return { ...line, text: inLook(line.text, look), states }
    // The last state of a long progress bar is at its end.
    const last = lineStates(endOf(logId, line, maxBytes)).at(-1)!
    const text = inLook(last, lookAfter(look, line.text))
    return { ...line, text, states, cut: false }
  }

  function endOf(logId: LogId, { number, byteCount }: LogLine, maxBytes: number): string {
    return piece({ logId, line: number, from: byteCount - maxBytes, maxBytes }).text
  }

  function screen({ logId, first, last, rowless, above }: ScreenQuery): ScreenRow[] {
    const at = chunkOfLine(logId, first)
    const look = at ? lookBefore(at, first - at.chunk.firstLine, bySeqOf(logId)) : PLAIN
    return drawScreen(drawnLines(), { rowless, above, look })

    // Of a long stretch its head, with rows that stay as they are there, and its end, which writes over them last.
    function* drawnLines(): Iterable<WrittenLine | typeof GAP> {
      if (last - first < MOST_DRAWN) return yield* written(first, last)
      const [before, after] = [first + MOST_DRAWN / 2, last - MOST_DRAWN / 2]
      yield* written(first, before)
      for (const line of lastWithRows(before + 1, after, rowless, MOST_ROWS))
        yield* written(line, line)
      yield GAP
      yield* written(after + 1, last)
    }

    function* written(from: number, to: number): Iterable<WrittenLine> {
      for (const line of lines({
        ...{ logId, first: from, count: to - from + 1 },
        maxLineBytes: MOST_DRAWN_BYTES,
      }))
        yield {
          number: line.number,
          stream: line.stream,
          text: line.cut ? endOf(logId, line, MOST_DRAWN_BYTES) : line.text,
          headless: line.cut,
        }
    }
  }

  /** The first and the last byte of a line within its log, without its newline. */
  function spanOfLine(
    logId: LogId,
    chunk: Chunk,
    start: LineStart,
    end: number | undefined,
    number: number,
  ): [from: number, to: number] {
    const from = chunk.firstByte + start.offset
    if (end !== undefined)
      return [from, chunk.firstByte + (chunk.bytes[end - 1] === NEWLINE ? end - 1 : end)]
    const next = chunkOfLine(logId, number + 1)
    const to =
      next && next.chunk.firstLine === number + 1
        ? next.chunk.firstByte + next.starts[0]!.offset
        : endOfLog(logId)
    const last = bytes(logId, to - 1).bytes[0]
    return [from, last === NEWLINE ? to - 1 : to]
  }

  function endOfLog(logId: LogId): number {
    const row = db.get<{ end: number }>(
      `SELECT first_byte + byte_count AS end FROM chunks WHERE log_id = ? ORDER BY seq DESC LIMIT 1`,
      logId,
    )
    return row?.end ?? 0
  }

  function piece({ logId, line, from, maxBytes }: PieceQuery): LinePiece {
    const at = chunkOfLine(logId, line)
    const start = at?.starts[line - at.chunk.firstLine]
    if (!at || !start) return { text: '', next: 0, byteCount: 0 }
    const end = at.starts[line - at.chunk.firstLine + 1]?.offset
    const [first, last] = spanOfLine(logId, at.chunk, start, end, line)
    return pieceOf(logId, first, last, from, maxBytes)
  }

  function pieceOf(
    logId: LogId,
    first: number,
    last: number,
    from: number,
    maxBytes: number,
  ): LinePiece {
    const byteCount = last - first
    const until = Math.min(last, first + from + maxBytes)
    const parts: Buffer[] = []
    for (let at = first + Math.max(0, from); at < until; ) {
      const found = bytes(logId, at)
      if (found.next <= at) break
      parts.push(found.bytes.subarray(0, until - at))
      at = found.next
    }
    const whole = Buffer.concat(parts)
    // A character of which only the end is there.
    let skip = 0
    while (from > 0 && skip < 3 && (whole[skip]! & 0xc0) === 0x80) skip++
    const read = whole.subarray(skip)
    const text = until === last ? read.toString('utf8') : wholeCharacters(read)
    return { text, next: until - first, byteCount }
  }

  function* windowsOf(
    logId: LogId,
    chunk: Chunk,
    start: LineStart,
    end: number | undefined,
    number: number,
    fromByte: number,
  ): Iterable<LineWindow> {
    const line = readLine(logId, chunk, start, end, number, WINDOW_BYTES)
    const { stream, at } = line
    if (!line.cut) {
      const text = plainLine(line.text)
      yield { number, stream, at, text, raw: line.text, byte: 0, until: text.length + 1 }
      return
    }
    const [first, last] = spanOfLine(logId, chunk, start, end, number)
    for (let byte = fromByte; first + byte < last; ) {
      const own = pieceOf(logId, first, last, byte, WINDOW_BYTES)
      const beyond = pieceOf(logId, first, last, own.next, OVERLAP_BYTES)
      const raw = own.text + beyond.text
      const until = withoutSequences(own.text).length
      yield { number, stream, at, text: withoutSequences(raw), raw, byte, until }
      byte = own.next
    }
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
    const row = rows.ofByte(logId, from)
    if (!row) return { bytes: Buffer.alloc(0), next: from }
    // Each is read once, so it is not kept, and where its lines start does not matter.
    const chunk = readChunk(row)
    const next = chunk.firstByte + chunk.byteCount
    // Whoever wants one stream alone has to hear of it, too.
    if (chunk.lost !== undefined) return { bytes: lostWords(chunk), next }
    const skip = from - chunk.firstByte
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

  // Chunks of a scan are seen once: kept, they would push out those of the log that is read.
  function chunkFrom(logId: LogId, line: number): ScannedChunk | undefined {
    const row = rows.ofLine(logId, line)
    if (!row) return undefined
    const chunk = readChunk(row)
    let starts: readonly LineStart[] | undefined
    return {
      chunk,
      lineCount: chunk.lineCount,
      windows(index, fromByte) {
        // The words in place of what is lost are not the log's.
        if (chunk.lost !== undefined) return []
        starts ??= lineStarts(chunk)
        const [start, end] = [starts[index]!, starts[index + 1]?.offset]
        return windowsOf(logId, chunk, start, end, chunk.firstLine + index, fromByte)
      },
    }
  }

  function chunkOfLine(logId: LogId, line: number) {
    return unpacked(rows.ofLine(logId, line))
  }

  function nextWithLines(logId: LogId, chunk: Chunk) {
    return unpacked(rows.afterLine(logId, chunk))
  }

  function bySeqOf(logId: LogId) {
    return (seq: number) => bySeq(logId, seq)
  }

  function bySeq(logId: LogId, seq: number) {
    return unpacked(rows.bySeq(logId, seq))
  }

  function unpacked(row: Record<string, unknown> | undefined): UnpackedChunk | undefined {
    if (!row) return undefined
    const key = `${row.log_id} ${row.seq} ${row.first_line} ${row.byte_count}`
    let found = cache.get(key)
    if (found) cache.delete(key)
    else {
      const chunk = readChunk(row)
      found = { chunk, starts: lineStarts(chunk) }
    }
    cache.set(key, found)
    if (cache.size > CACHED_CHUNKS) cache.delete(cache.keys().next().value!)
    return found
  }
}

// Leaves out a character of which only the beginning is there.
function wholeCharacters(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true })
}

// Whole in itself, so that a copy of it looks as it does here and colours nothing else.
function inLook(text: string, look: Look): string {
  const shown = shownLine(lookOrder(look) + text)
  const open = lookOrder(lookAfter(look, text)) !== ''
  return open && withoutSequences(shown) !== '' ? `${shown}\x1b[0m` : shown
}
