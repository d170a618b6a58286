import type { LogId, Moment, Stream } from '../model.ts'

export interface LogLine {
  /** From 0. */
  readonly number: number
  readonly stream: Stream
  readonly at: Moment
  /** Without its newline. Bytes that are not UTF-8 become U+FFFD. */
  readonly text: string
  /** True when the line is longer than was asked for. */
  readonly cut: boolean
}

export interface LinesQuery {
  readonly logId: LogId
  readonly first: number
  readonly count: number
  /** Longer lines are cut. */
  readonly maxLineBytes: number
}

export interface SearchQuery {
  readonly logId: LogId
  /** A regular expression in JavaScript's syntax. */
  readonly pattern: string
  readonly ignoreCase: boolean
  /** Where to go on. */
  readonly fromLine: number
  /** After so many matches it stops, at the end of their line. */
  readonly limit: number
}

export interface Match {
  readonly line: number
  /** In UTF-16 units of the line's text. */
  readonly start: number
  readonly end: number
}

export interface SearchAnswer {
  readonly matches: readonly Match[]
  /** Where to go on; `null` when the end was reached. */
  readonly nextLine: number | null
}
