import { type Newlines, readNewlines, USUAL_NEWLINES } from './newline-pattern.ts'
import { asNumber, asString, type Fields, ProtocolError } from './parse.ts'

/** How a master that takes no bytes wants its output: the `args` of `set_worker_settings`. */
export interface TextSettings {
  /** A message is sent before it costs more: its text, and 16 for each line. */
  readonly bufferSize: number
  /** How long output may wait for more of it. */
  readonly bufferTimeoutMs: number
  /** What counts as the end of a line beside the newline itself. */
  readonly newline: Newlines
  /** A longer line is cut in two. */
  readonly maxLineLength: number
}

/** Those with which Buildbot's masters begin, for commands that are started before any were sent. */
export const USUAL_SETTINGS: TextSettings = {
  bufferSize: 64 * 1024,
  bufferTimeoutMs: 5000,
  newline: USUAL_NEWLINES,
  maxLineLength: 4096,
}

// Whatever a master says, one message stays far below the largest frame.
const LARGEST_BUFFER = 4 * 1024 * 1024
const LONGEST_LINE = 8 * 1024 * 1024
const LONGEST_TIMEOUT_S = 60

/** @throws ProtocolError when one of the four is missing or wrong; nothing changes then. */
export function parseTextSettings(args: Fields): TextSettings {
  const size = atLeast(args.buffer_size, 'buffer_size', 1)
  const timeoutS = atLeast(args.buffer_timeout, 'buffer_timeout', 0)
  const line = atLeast(args.max_line_length, 'max_line_length', 2)
  const pattern = asString(args.newline_re, 'newline_re')
  return {
    bufferSize: Math.min(size, LARGEST_BUFFER),
    bufferTimeoutMs: Math.min(timeoutS, LONGEST_TIMEOUT_S) * 1000,
    newline: readNewlines(pattern) ?? USUAL_NEWLINES,
    maxLineLength: Math.min(line, LONGEST_LINE),
  }
}

function atLeast(value: unknown, what: string, least: number): number {
  const number = asNumber(value, what)
  if (number < least) throw new ProtocolError(`${what} must be ${least} at least, not ${number}`)
  return number
}
