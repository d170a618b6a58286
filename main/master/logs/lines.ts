import type { LogId, Moment, Stream } from '../model.ts'
import type { RowlessLines } from './screen.ts'

export interface LogLine {
  /** From 0. */
  readonly number: number
  readonly stream: Stream
  readonly at: Moment
  /** Without its newline. Bytes that are not UTF-8 become U+FFFD. */
  readonly text: string
  /** True when the line is longer than was asked for. */
  readonly cut: boolean
  /** Of the whole line. */
  readonly byteCount: number
  /** How often carriage returns overwrote it, and 1; only of a line that is asked for as it is shown. */
  readonly states?: number
}

export interface LinesQuery {
  readonly logId: LogId
  readonly first: number
  readonly count: number
  /** Longer lines are cut. */
  readonly maxLineBytes: number
  /** As a terminal shows them in the end, with their colours, in place of what was written. */
  readonly shown?: boolean
}

/** A stretch of one line: lines can be longer than anybody could hold. */
export interface PieceQuery {
  readonly logId: LogId
  readonly line: number
  /** Byte within the line. A character that begins before it is left out. */
  readonly from: number
  readonly maxBytes: number
}

export interface LinePiece {
  readonly text: string
  /** Where in the line what follows begins. */
  readonly next: number
  /** Of the whole line. */
  readonly byteCount: number
}

/** Asks for rows as a terminal shows them in the end. */
export interface ScreenQuery {
  readonly logId: LogId
  /** The line of the first row, which is one that has a row. */
  readonly first: number
  /** What comes later does not reach the rows. */
  readonly last: number
  readonly rowless: readonly RowlessLines[]
  /** How many rows above the first can be written over, besides. */
  readonly above: number
}

/** A place in a log: a line, and a byte within it. */
export interface LogPosition {
  readonly line: number
  readonly byte: number
}

export interface SearchQuery {
  readonly logId: LogId
  /** A regular expression in JavaScript's syntax, held against one line at a time as it is shown. */
  readonly pattern: string
  readonly ignoreCase: boolean
  /** Whether `pattern` stands for a plain text. Then chunks that do not hold it are passed over whole. */
  readonly literal: boolean
  /** Where to go on. */
  readonly from: LogPosition
  /** After so many matches it stops. */
  readonly limit: number
}

export interface SearchAnswer {
  /** Lines that hold a match, each once; of lines that are too long to be shown whole, each match. */
  readonly matches: readonly LogPosition[]
  /** Where to go on; `null` when the end was reached. */
  readonly next: LogPosition | null
}
