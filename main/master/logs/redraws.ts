import type { Stream } from '../model.ts'

/**
 * Lines that a program wrote over rows above them, as docker, npm, cargo and gradle do with
 * their progress. Each row of a terminal belongs to the line that began it; a line that begins
 * in a row that is there already has none of its own. Such lines stand together: from `line`,
 * the first that went up and the last that has a row, to `to`.
 */
export interface Redraw {
  readonly line: number
  /** Lines after `line` up to here have no row; `line` itself where the program came back down. */
  readonly to: number
  /** How many rows above its own it went, at the most. */
  readonly reach: number
  /** How many rows there are above that of `line`, as far as that matters. */
  readonly above: number
}

/** Nothing is shown higher than that many rows above the end, since no terminal is that high. */
export const MOST_ROWS = 200

/** What goes to another row, but for the end of a line. */
export const MOVES_ROWS = /(?:\x1b\[|\x9b)(\d*)([ABEF])|\x1bM/

const EACH_MOVE = new RegExp(MOVES_ROWS, 'g')

export interface Redraws {
  /**
   * Takes a line that moves between rows, or that the master wrote; lines in between need not be
   * told, in order.
   *
   * @returns Those that ended before it.
   */
  visit(line: number, stream: Stream, written: string): Redraw | undefined
  /** The newest, as it was before a line that was visited last, or comes later. */
  before(line: number): Redraw | null
  readonly newest: Redraw | null
}

/** Finds redraws in a log that is gone through from its head, or on from where `newest` was the newest. */
export function createRedraws(newest: Redraw | null): Redraws {
  let now = newest
  let earlier = newest
  let visited = -1

  return {
    visit(line, stream, written) {
      earlier = now
      visited = line
      // How many rows are below the one in which the line begins.
      const within = now !== null && line > now.line && line <= now.to ? now : undefined
      if (stream === 'header') {
        // What the master says stands in a row of its own, wherever the program had left off.
        if (within) now = { ...within, to: line - 1 }
        return undefined
      }
      const above = within?.above ?? rowsAbove(line, now)
      const { below, reach } = moved(written, within ? within.to - line : 0, above)
      if (within) now = { ...within, to: line + below, reach: Math.max(within.reach, reach) }
      else if (reach > 0) {
        now = { line, to: line + below, reach, above }
        return earlier ?? undefined
      }
      return undefined
    },
    before: line => (line === visited ? earlier : now),
    get newest() {
      return now
    },
  }
}

function rowsAbove(line: number, before: Redraw | null): number {
  return Math.min(MOST_ROWS, before ? before.above + line - before.to : line)
}

function moved(written: string, from: number, most: number): { below: number; reach: number } {
  let below = from
  let reach = 0
  for (const [, digits = '', letter] of written.matchAll(EACH_MOVE)) {
    const by = Number(digits) || 1
    below = letter === 'B' || letter === 'E' ? Math.max(0, below - by) : Math.min(most, below + by)
    reach = Math.max(reach, below)
  }
  return { below, reach }
}
