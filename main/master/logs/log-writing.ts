import type { Database } from '../db/database.ts'
import type { LogId, Moment, Stream } from '../model.ts'
import { CHUNK_BYTES, type Chunk, countNewlines, packChunk, type Segment } from './chunk.ts'
import { type LogMarks, type LogSource, markOf, toMarks } from './log-marks.ts'
import { readChunk } from './lost-piece.ts'

/** How much of what comes is kept where not all of it may be. */
export interface LogLimit {
  readonly keep: number
  /** How much of the end is kept of all that comes after it. */
  readonly tail: number
  /** In words, for the log. */
  readonly why: string
}

/** What is committed of one log. */
export interface Committed {
  readonly logId: LogId
  readonly lineCount: number
  readonly byteCount: number
  readonly complete: boolean
  /** Why its middle was left out; `undefined` when it is whole. */
  readonly cut: string | undefined
  /** The appends that are now on disk, by the numbers that they came with. */
  readonly tickets: readonly number[]
}

export interface LogWriting {
  /** Takes `bytes` over. `ticket` is told in `Committed` once all of them are stored. */
  append(
    logId: LogId,
    stream: Stream,
    bytes: Uint8Array,
    at: Moment,
    ticket: number,
    source?: LogSource,
    limit?: LogLimit,
  ): void
  /** No more will come. */
  finish(logId: LogId, ticket: number): void
  /** The step is over: nobody will ask for the marks of its logs. Stored with the next commit. */
  forgetMarks(logIds: readonly LogId[]): void
  /** Stores in one transaction what came since the last commit. */
  commit(now: Moment): Committed[]
  /** Counts a sync of logs.sqlite to the disk: what was committed before has a lower number. */
  countSync(atLeast: number): number
  /** Waits no longer for the ends of lines: the next commit stores everything. */
  releaseAll(): void
  /** Bytes taken and not yet committed, those held for the rest of their line aside. */
  readonly pendingBytes: number
  /** Whether some stream's last line waits for its end. */
  readonly holding: boolean
}

// A line without its newline is held this long for the rest of it, so that lines of
// stdout and stderr that arrive in pieces at the same time are not cut into each other.
const HOLD_MS = 200
const HOLD_BYTES = 64 * 1024
// Output of one stream within this time shares one timestamp.
const SEGMENT_MS = 100
const NEWLINE = 10
const DISK_IS_FULL: LogLimit = {
  keep: 0,
  tail: 64 * 1024,
  why: 'the disk has hardly any room left',
}

interface Held {
  readonly parts: { readonly bytes: Uint8Array; readonly source: LogSource }[]
  byteCount: number
  readonly since: Moment
  readonly tickets: number[]
}

/** What comes once a log is full. It is held in memory until the log is over. */
interface CutOff {
  readonly why: string
  readonly tail: number
  readonly pieces: { readonly stream: Stream; bytes: Uint8Array; readonly at: Moment }[]
  byteCount: number
  leftOutBytes: number
  /** When the newest of what is left out came. */
  leftOutAt: Moment
}

interface OpenLog {
  readonly logId: LogId
  /** The last chunk, which still grows. */
  tail: {
    seq: number
    firstLine: number
    lineCount: number
    firstByte: number
    segments: Segment[]
    parts: Uint8Array[]
    byteCount: number
  }
  full: Chunk[]
  lineCount: number
  byteCount: number
  atLineStart: boolean
  lastStream: Stream | undefined
  readonly held: Map<Stream, Held>
  readonly marks: Record<string, number>
  cutOff: CutOff | undefined
  tickets: number[]
  finishing: number | undefined
  dirty: boolean
}

/** Turns streams of bytes into chunks in logs.sqlite. Synchronous; runs on a thread of its own. */
export function createLogWriting(
  db: Database,
  /** Whether the disk has to be spared for what is not log. */
  diskIsFull: () => boolean = () => false,
): LogWriting {
  const logs = new Map<LogId, OpenLog>()
  let unmarked: LogId[] = []
  let pendingBytes = 0

  return {
    append,
    finish,
    commit,
    countSync: atLeast => countSync(db, atLeast),
    forgetMarks: logIds => unmarked.push(...logIds),
    releaseAll() {
      for (const log of logs.values())
        for (const stream of [...log.held.keys()]) release(log, stream)
    },
    get pendingBytes() {
      return pendingBytes
    },
    get holding() {
      return logs.values().some(log => log.held.size > 0)
    },
  }

  function append(
    logId: LogId,
    stream: Stream,
    bytes: Uint8Array,
    at: Moment,
    ticket: number,
    source: LogSource = 0,
    limit: LogLimit | undefined = diskIsFull() ? DISK_IS_FULL : undefined,
  ) {
    const log = open(logId)
    if (log.cutOff || limit) {
      const keep = log.cutOff ? 0 : Math.min(limit!.keep, bytes.length)
      if (keep > 0) emitHeld(log, stream, bytes.subarray(0, keep), at, source)
      cut(log, stream, bytes.subarray(keep), at, source, limit ?? log.cutOff!)
      log.tickets.push(ticket)
      log.dirty = true
      return
    }
    const held = log.held.get(stream)
    const lineEnd = bytes.lastIndexOf(NEWLINE) + 1
    if (lineEnd > 0) {
      release(log, stream)
      emit(log, stream, bytes.subarray(0, lineEnd), at, source)
    }
    const rest = bytes.subarray(lineEnd)
    if (rest.length === 0) {
      log.tickets.push(ticket)
      log.dirty = true
      return
    }
    const keeping = (lineEnd > 0 ? undefined : held) ?? {
      parts: [],
      byteCount: 0,
      since: at,
      tickets: [],
    }
    keeping.parts.push({ bytes: rest, source })
    keeping.byteCount += rest.length
    keeping.tickets.push(ticket)
    log.held.set(stream, keeping)
    if (keeping.byteCount > HOLD_BYTES) release(log, stream)
  }

  function finish(logId: LogId, ticket: number) {
    const log = open(logId)
    for (const stream of [...log.held.keys()]) release(log, stream)
    if (log.cutOff) endCut(log, log.cutOff)
    log.finishing = ticket
    log.dirty = true
  }

  function commit(now: Moment): Committed[] {
    for (const log of logs.values())
      for (const [stream, held] of log.held)
        if (now - held.since >= HOLD_MS || now < held.since) release(log, stream)
    const dirty = logs
      .values()
      .filter(log => log.dirty)
      .toArray()
    if (dirty.length === 0) return []
    db.transaction(() => {
      for (const log of dirty) store(log)
      if (unmarked.length > 0)
        db.run(
          'UPDATE logs SET marks = NULL WHERE id IN (SELECT value FROM json_each(?))',
          JSON.stringify(unmarked),
        )
    })
    unmarked = []
    pendingBytes = 0
    return dirty.map(settle)
  }

  function release(log: OpenLog, stream: Stream) {
    const held = log.held.get(stream)
    if (!held) return
    log.held.delete(stream)
    for (const { bytes, source } of held.parts) emit(log, stream, bytes, held.since, source)
    log.tickets.push(...held.tickets)
    log.dirty = true
  }

  function emitHeld(
    log: OpenLog,
    stream: Stream,
    bytes: Uint8Array,
    at: Moment,
    source: LogSource,
  ) {
    release(log, stream)
    emit(log, stream, bytes, at, source)
  }

  // It counts as taken, so that no slave sends it again; only its end is kept, and in memory.
  function cut(
    log: OpenLog,
    stream: Stream,
    bytes: Uint8Array,
    at: Moment,
    source: LogSource,
    { why, tail }: Pick<LogLimit, 'why' | 'tail'>,
  ) {
    mark(log, stream, bytes, source)
    if (!log.cutOff) {
      for (const held of [...log.held.keys()]) release(log, held)
      log.cutOff = { why, tail, pieces: [], byteCount: 0, leftOutBytes: 0, leftOutAt: at }
      note(log, `[${why}: what follows is left out, but for its end]`, at)
    }
    const { cutOff } = log
    cutOff.pieces.push({ stream, bytes, at })
    cutOff.byteCount += bytes.length
    for (let [first] = cutOff.pieces; first; [first] = cutOff.pieces) {
      const tooMany = cutOff.byteCount - cutOff.tail
      // What a program wrote at once stays whole, unless it alone is too long.
      const fits = first.bytes.length <= cutOff.tail
      if (tooMany <= 0 || (fits && tooMany < first.bytes.length)) break
      const gone =
        tooMany < first.bytes.length ? toLineStart(first.bytes, tooMany) : first.bytes.length
      cutOff.byteCount -= gone
      cutOff.leftOutBytes += gone
      cutOff.leftOutAt = first.at
      if (gone === first.bytes.length) cutOff.pieces.shift()
      else first.bytes = first.bytes.subarray(gone)
    }
  }

  function endCut(log: OpenLog, { why, pieces, leftOutBytes, leftOutAt }: CutOff) {
    if (leftOutBytes > 0) {
      const count = leftOutBytes.toLocaleString('en')
      note(log, `[${count} bytes are left out here: ${why}]`, leftOutAt)
    }
    for (const { stream, bytes, at } of pieces) write(log, stream, bytes, at)
  }

  function note(log: OpenLog, text: string, at: Moment) {
    write(log, 'header', Buffer.from(`${text}\n`), at)
  }

  function mark(log: OpenLog, stream: Stream, bytes: Uint8Array, source: LogSource) {
    const name = markOf(source, stream)
    log.marks[name] = (log.marks[name] ?? 0) + bytes.length
  }

  function emit(log: OpenLog, stream: Stream, bytes: Uint8Array, at: Moment, source: LogSource) {
    mark(log, stream, bytes, source)
    write(log, stream, bytes, at)
  }

  function write(log: OpenLog, stream: Stream, bytes: Uint8Array, at: Moment) {
    log.dirty = true
    pendingBytes += bytes.length
    for (let from = 0; from < bytes.length; ) {
      const room = CHUNK_BYTES - log.tail.byteCount
      let to = Math.min(bytes.length, from + room)
      if (to < bytes.length) {
        // Cut after a whole line where there is one, so that few lines span two chunks.
        const lineEnd = bytes.lastIndexOf(NEWLINE, to - 1) + 1
        if (lineEnd > from) to = lineEnd
      }
      put(log, stream, bytes.subarray(from, to), at)
      from = to
      if (from < bytes.length || log.tail.byteCount >= CHUNK_BYTES) seal(log)
    }
  }

  function put(log: OpenLog, stream: Stream, bytes: Uint8Array, at: Moment) {
    const { tail } = log
    const startsLine = log.atLineStart || stream !== log.lastStream
    log.atLineStart = bytes.at(-1) === NEWLINE
    log.lastStream = stream
    const starts = Number(startsLine) + countNewlines(bytes) - Number(log.atLineStart)
    tail.lineCount += starts
    log.lineCount += starts
    log.byteCount += bytes.length
    tail.byteCount += bytes.length
    tail.parts.push(bytes)
    const last = tail.segments.at(-1)
    if (last && last.stream === stream && at - last.at < SEGMENT_MS && at >= last.at)
      tail.segments[tail.segments.length - 1] = {
        ...last,
        byteCount: last.byteCount + bytes.length,
      }
    else tail.segments.push({ stream, byteCount: bytes.length, at })
  }

  function seal(log: OpenLog) {
    const chunk = toChunk(log.tail)
    log.full.push(chunk)
    log.tail = emptyTail(chunk.seq + 1, log.lineCount, log.byteCount)
  }

  function store(log: OpenLog) {
    for (const chunk of log.full) storeChunk(log.logId, chunk)
    if (log.tail.byteCount > 0) {
      const chunk = toChunk(log.tail)
      log.tail.parts = [chunk.bytes]
      storeChunk(log.logId, chunk)
    }
    db.run(
      `INSERT INTO logs (id, line_count, byte_count, complete, marks) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET line_count = excluded.line_count,
         byte_count = excluded.byte_count, complete = excluded.complete,
         marks = excluded.marks`,
      log.logId,
      log.lineCount,
      log.byteCount,
      Number(log.finishing !== undefined),
      JSON.stringify(log.marks),
    )
  }

  function storeChunk(logId: LogId, chunk: Chunk) {
    db.run(
      `INSERT INTO chunks (log_id, seq, first_line, line_count, first_byte, byte_count, at, segments, codec, data)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (log_id, seq) DO UPDATE SET line_count = excluded.line_count,
         byte_count = excluded.byte_count, segments = excluded.segments, data = excluded.data`,
      logId,
      chunk.seq,
      chunk.firstLine,
      chunk.lineCount,
      chunk.firstByte,
      chunk.bytes.length,
      ...packChunk(chunk),
    )
  }

  // After the transaction: forgets what is stored, and says so.
  function settle(log: OpenLog): Committed {
    const { logId, lineCount, byteCount } = log
    const complete = log.finishing !== undefined
    const tickets = complete ? [...log.tickets, log.finishing!] : log.tickets
    log.full = []
    log.tickets = []
    log.dirty = false
    if (complete) logs.delete(logId)
    return { logId, lineCount, byteCount, complete, cut: cutOf(log), tickets }
  }

  function open(logId: LogId): OpenLog {
    let log = logs.get(logId)
    if (!log) logs.set(logId, (log = restore(logId)))
    return log
  }

  // A log that an earlier run of the master began goes on where its last commit ended.
  function restore(logId: LogId): OpenLog {
    const row = db.get('SELECT * FROM chunks WHERE log_id = ? ORDER BY seq DESC LIMIT 1', logId)
    const chunk = row && readChunk(row)
    const open: OpenLog = {
      logId,
      tail: emptyTail(0, 0, 0),
      full: [],
      lineCount: 0,
      byteCount: 0,
      atLineStart: true,
      lastStream: undefined,
      held: new Map(),
      marks: { ...readMarks(db, logId) },
      cutOff: undefined,
      tickets: [],
      finishing: undefined,
      dirty: false,
    }
    if (!chunk) return open
    open.lineCount = chunk.firstLine + chunk.lineCount
    open.byteCount = chunk.firstByte + chunk.byteCount
    // What can't be read stays as it is, and what comes now stands behind it.
    if (chunk.lost !== undefined) {
      open.tail = emptyTail(chunk.seq + 1, open.lineCount, open.byteCount)
      return open
    }
    open.atLineStart = chunk.bytes.at(-1) === NEWLINE
    open.lastStream = chunk.segments.at(-1)?.stream
    open.tail = {
      seq: chunk.seq,
      firstLine: chunk.firstLine,
      lineCount: chunk.lineCount,
      firstByte: chunk.firstByte,
      segments: [...chunk.segments],
      parts: [chunk.bytes],
      byteCount: chunk.bytes.length,
    }
    if (open.tail.byteCount >= CHUNK_BYTES)
      open.tail = emptyTail(chunk.seq + 1, open.lineCount, open.byteCount)
    return open
  }
}

// No log has this id, so its row counts the syncs to the disk: byte_count is their number.
const SYNCS_ROW = 0

/** The number of syncs that a logs.sqlite knows of. */
export const LOG_SYNCS_SQL = `SELECT byte_count AS value FROM logs WHERE id = ${SYNCS_ROW}`

function countSync(db: Database, atLeast: number): number {
  return db.transaction(() => {
    const known = db.get<{ value: number }>(LOG_SYNCS_SQL)?.value ?? 0
    const number = Math.max(known, atLeast) + 1
    db.run(
      `INSERT INTO logs (id, line_count, byte_count, complete) VALUES (?, 0, ?, 1)
       ON CONFLICT (id) DO UPDATE SET byte_count = excluded.byte_count`,
      SYNCS_ROW,
      number,
    )
    return number
  })
}

/** The highest id under which anything is stored, also when history has lost the log's row. */
export function lastLogId(db: Database): number {
  const { id } = db.get<{ id: number }>(
    `SELECT max(ifnull((SELECT max(id) FROM logs), 0), ifnull((SELECT max(log_id) FROM chunks), 0)) AS id`,
  )!
  return id
}

/** What is known of a log that grows, or has grown while its step was not over. */
export function readMarks(db: Database, logId: LogId): LogMarks {
  const row = db.get<{ marks: string | null }>('SELECT marks FROM logs WHERE id = ?', logId)
  return toMarks(row?.marks ?? null)
}

/** How many bytes go so that what is left, after at least so many, begins a line; without another line, just so many. */
function toLineStart(bytes: Uint8Array, atLeast: number): number {
  const end = bytes.indexOf(NEWLINE, atLeast - 1) + 1
  return end > 0 && end < bytes.length ? end : atLeast
}

function cutOf({ cutOff }: OpenLog): string | undefined {
  return cutOff && cutOff.leftOutBytes > 0 ? cutOff.why : undefined
}

function emptyTail(seq: number, firstLine: number, firstByte: number): OpenLog['tail'] {
  return { seq, firstLine, lineCount: 0, firstByte, segments: [], parts: [], byteCount: 0 }
}

function toChunk(tail: OpenLog['tail']): Chunk {
  const { seq, firstLine, lineCount, firstByte, segments } = tail
  const bytes = Buffer.concat(tail.parts)
  return { seq, firstLine, lineCount, firstByte, segments, bytes }
}
