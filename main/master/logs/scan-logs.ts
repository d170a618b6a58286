import type { LogId, Moment, Stream } from '../model.ts'
import type { LogPosition } from './lines.ts'
import {
  createBudget,
  createPattern,
  type LineWindow,
  type ScanSource,
  scanLog,
} from './log-scan.ts'

export interface ScanQuery {
  /** In the order in which they are looked through. */
  readonly logs: readonly LogId[]
  /** Where to go on in the first of them, and how many of its lines were found before. */
  readonly from: LogPosition
  readonly found: number
  /** A regular expression in JavaScript's syntax. It is held against one line at a time. */
  readonly pattern: string
  readonly ignoreCase: boolean
  /** Whether `pattern` stands for a plain text. Then chunks that do not hold it are passed over whole. */
  readonly literal: boolean
  /** Of one log no more lines are told. */
  readonly linesPerLog: number
  /** Of all of them together. */
  readonly limit: number
}

/** A line that holds a match, as a reader sees it: without its colours. */
export interface FoundLine {
  readonly logId: LogId
  /** From 0. */
  readonly line: number
  readonly stream: Stream
  readonly at: Moment
  /** The line, or what is around the match where the line is long. */
  readonly text: string
  /** Where the first match is in `text`, in UTF-16 units. */
  readonly start: number
  readonly end: number
}

export interface ScanAnswer {
  readonly lines: readonly FoundLine[]
  /** Logs that hold more than was told. */
  readonly more: readonly LogId[]
  /** Where to go on: which of the logs that were asked for, and where in it; `null` when all were looked through. */
  readonly next: (LogPosition & { readonly index: number; readonly found: number }) | null
  /** How much text was looked at. */
  readonly byteCount: number
}

const SHOWN_BEFORE = 80
const SHOWN_UNITS = 400

/** Looks through logs one after the other for about a tenth of a second, and says where to go on. */
export function scanLogs(source: ScanSource, query: ScanQuery, now?: () => number): ScanAnswer {
  const pattern = createPattern(query.pattern, query)
  const budget = createBudget(now)
  const lines: FoundLine[] = []
  const more: LogId[] = []
  for (const [index, logId] of query.logs.entries()) {
    let found = index === 0 ? query.found : 0
    const from = index === 0 ? query.from : { line: 0, byte: 0 }
    const at = scanLog(source, logId, from, pattern, budget, (window, match) => {
      if (found >= query.linesPerLog) {
        more.push(logId)
        return 'next-log'
      }
      if (lines.length >= query.limit) return 'stop'
      lines.push({ logId, ...foundIn(window, match) })
      found++
      return 'next-line'
    })
    if (at) return { lines, more, next: { index, ...at, found }, byteCount: budget.byteCount }
  }
  return { lines, more, next: null, byteCount: budget.byteCount }
}

function foundIn({ number, stream, at, text }: LineWindow, match: RegExpExecArray) {
  const from =
    text.length <= SHOWN_UNITS ? 0 : cutBefore(text, Math.max(0, match.index - SHOWN_BEFORE))
  const to = cutBefore(text, Math.min(text.length, from + SHOWN_UNITS))
  const start = match.index - from
  return {
    line: number,
    stream,
    at,
    text: text.slice(from, to),
    start,
    end: Math.min(start + match[0].length, to - from),
  }
}

// Not within a character of two units.
function cutBefore(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit < 0xe000 ? at - 1 : at
}
