import type { LogId, Moment, Stream } from '../model.ts'
import type { Chunk } from './chunk.ts'
import type { LogPosition, SearchAnswer, SearchQuery } from './lines.ts'
import { indexWithSequences, plainLine, withoutSequences } from './plain-text.ts'

/** What is held against a pattern at once: a line, or a stretch of a very long one. */
export interface LineWindow {
  readonly number: number
  readonly stream: Stream
  readonly at: Moment
  /** As it is read: without colours, and without what was overwritten. */
  readonly text: string
  /** As it was written. */
  readonly raw: string
  /** Where it begins within its line, in bytes. */
  readonly byte: number
  /** A match that begins here or later is the next window's. */
  readonly until: number
}

/** What a scan needs of the log that it reads. */
export interface ScannedChunk {
  readonly chunk: Chunk
  readonly lineCount: number
  /** A line that starts in the chunk, with what the chunks after it hold of it, from a byte of it on. */
  windows(index: number, fromByte: number): Iterable<LineWindow>
}

export interface ScanSource {
  /** The chunk in which `line` starts, or the next one in which a line starts. */
  chunkFrom(logId: LogId, line: number): ScannedChunk | undefined
}

export interface Pattern {
  /** Finds each match of a text. */
  readonly expression: RegExp
  /** The same, for whether there is one. */
  readonly any: RegExp
  /** Whether a chunk without a match holds no line with one. */
  readonly literal: boolean
  /** Whether only the beginning of each line is looked at, as it was written. */
  readonly heads: boolean
}

/** What is looked for as it was written, besides. */
export interface Written {
  readonly expression: RegExp
  /** Told of lines that hold it, and of what the master wrote. */
  tell(window: LineWindow): void
}

export function createPattern(
  source: string,
  { ignoreCase = false, literal = false, heads = false },
): Pattern {
  const flags = ignoreCase ? 'iu' : 'u'
  return {
    expression: new RegExp(source, `${flags}g`),
    // `^` is that of a line also where a whole chunk is looked at.
    any: new RegExp(source, `${flags}m`),
    literal,
    heads,
  }
}

/** How long a scan goes on, and how much it has looked at. */
export interface Budget {
  byteCount: number
  isOver(): boolean
}

/** What becomes of a scan after a match: it goes on, leaves this line or this log, or stops before the match. */
export type AfterMatch = 'on' | 'next-line' | 'next-log' | 'stop'

const BUDGET_MS = 100
const NEWLINE = 10
const OVERWRITTEN = /\x08|\r(?![\r\n])|(?:\x1b\[|\x9b)\d*[CDGKJ`]/
// Shorter lines are shown whole, so where in them a match is does not matter.
const SHORT_UNITS = 2000

export function createBudget(now = () => performance.now()): Budget {
  const until = now() + BUDGET_MS
  const budget: Budget = {
    byteCount: 0,
    // Each question gets further, however slow the machine is.
    isOver: () => budget.byteCount > 0 && now() > until,
  }
  return budget
}

/**
 * Looks through one log from a place on.
 *
 * There is no index: see docs/logs.md for what an index would cost, and what this costs.
 *
 * @returns Where to go on; `null` when the log was looked through.
 */
export function scanLog(
  source: ScanSource,
  logId: LogId,
  from: LogPosition,
  pattern: Pattern,
  budget: Budget,
  onMatch: (window: LineWindow, match: RegExpExecArray) => AfterMatch,
  written?: Written,
): LogPosition | null {
  let { line, byte } = from
  for (
    let at = source.chunkFrom(logId, line);
    at;
    at = source.chunkFrom(logId, (line = at.chunk.firstLine + at.lineCount))
  ) {
    const { firstLine } = at.chunk
    if (budget.isOver()) return { line, byte }
    if (byte === 0) budget.byteCount += at.chunk.bytes.length
    for (const i of linesToLook(at, pattern, written?.expression, Math.max(0, line - firstLine))) {
      let windows = 0
      for (const window of at.windows(i, firstLine + i === line ? byte : 0)) {
        if (windows > 0 && pattern.heads) break
        if (windows === 0 && written && isTold(window, written)) written.tell(window)
        if (windows++ > 0) {
          budget.byteCount += window.raw.length
          if (budget.isOver()) return placeOf(window)
        }
        const after = matchesIn(window, pattern, onMatch)
        if (after === 'next-line') break
        if (after === 'next-log') return null
        if (after === 'stop') return placeOf(window)
      }
    }
    byte = 0
  }
  return null
}

function isTold({ stream, raw }: LineWindow, { expression }: Written): boolean {
  return stream === 'header' || expression.test(raw)
}

function placeOf({ number, byte }: LineWindow): LogPosition {
  return { line: number, byte }
}

// Most lines hold no match, so they are not made into windows to see that.
function* linesToLook(
  { chunk, lineCount }: ScannedChunk,
  { any, literal, heads }: Pattern,
  written: RegExp | undefined,
  from: number,
): Iterable<number> {
  const text = chunk.bytes.toString('utf8')
  const plain = heads || !OVERWRITTEN.test(text) ? withoutSequences(text) : undefined
  // The last line may go on in the next chunk.
  const end = chunk.bytes.at(-1) === NEWLINE ? lineCount : lineCount - 1
  const ofMaster = written !== undefined && chunk.segments.some(one => one.stream === 'header')
  // Most text is the same without its sequences: it has none.
  const raw = written && plain !== text && written.test(text) ? text.split('\n') : undefined
  if (!literal || plain === undefined || ofMaster || raw || any.test(plain)) {
    const lines = (plain ?? text).split('\n')
    const stream = chunk.segments[0]?.stream
    const alike = chunk.segments.every(one => one.stream === stream)
    // What stands before the first line's beginning belongs to the chunk before.
    const before = lines.length - 1 - end
    const told = alike && !ofMaster && (before === 0 || before === 1)
    for (let i = from; i < end; i++) {
      const line = lines[i + before]!
      if (
        !told ||
        any.test(plain === undefined ? plainLine(line) : line) ||
        (raw && written!.test(raw[i + before]!))
      )
        yield i
    }
  }
  if (end < lineCount) yield end
}

function matchesIn(
  window: LineWindow,
  { expression, heads }: Pattern,
  onMatch: (window: LineWindow, match: RegExpExecArray) => AfterMatch,
): AfterMatch {
  const text = heads ? withoutSequences(window.raw) : window.text
  for (const match of text.matchAll(expression)) {
    if (match.index >= window.until) break
    if (match[0] === '') continue
    const after = onMatch(window, match)
    if (after !== 'on') return after
  }
  return 'on'
}

/** Searches one log, for about a tenth of a second. */
export function searchLog(
  source: ScanSource,
  query: SearchQuery,
  now?: () => number,
): SearchAnswer {
  const matches: LogPosition[] = []
  let current: LineWindow | undefined
  let byteOf = (_index: number) => 0
  const pattern = createPattern(query.pattern, query)
  const next = scanLog(
    source,
    query.logId,
    query.from,
    pattern,
    createBudget(now),
    (window, match) => {
      // A stretch is told whole: who goes on begins with the next one.
      if (matches.length >= query.limit && window !== current) return 'stop'
      const short = window.byte === 0 && window.raw.length <= SHORT_UNITS
      if (window !== current && !short) byteOf = bytesOf(window)
      current = window
      matches.push({ line: window.number, byte: short ? 0 : byteOf(match.index) })
      return short ? 'next-line' : 'on'
    },
  )
  return { matches, next }
}

// Where in its line the match at an index is. Asked for one after the other, since a stretch may hold thousands.
function bytesOf({ raw, text, byte }: LineWindow): (index: number) => number {
  // What was overwritten is shown from the line's beginning.
  if (!raw.endsWith(text) && withoutSequences(raw) !== text) return () => 0
  const rawIndex = indexWithSequences(raw)
  let counted = 0
  let at = byte
  return index => {
    const to = rawIndex(index)
    at += Buffer.byteLength(raw.slice(counted, to))
    counted = to
    return at
  }
}
