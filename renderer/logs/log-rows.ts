import type { Fold } from './folds.ts'

/** Which lines of a log stand in which row, when some are folded away. */
export interface LogRows {
  readonly count: number
  lineOf(row: number): number
  /** Of a line that is folded away: the row of the line under which it is. */
  rowOf(line: number): number
}

/** @param closed Folds that are closed, sorted by their first line; they may lie within each other. */
export function logRows(
  lineCount: number,
  closed: readonly Pick<Fold, 'open' | 'close'>[],
): LogRows {
  // Outermost ones only: first hidden line, last hidden line, how many were hidden before.
  const from: number[] = []
  const to: number[] = []
  const before: number[] = []
  let hidden = 0
  for (const fold of closed) {
    const last = Math.min(fold.close, lineCount - 1)
    if (fold.open + 1 > last || (to.length > 0 && fold.open <= to.at(-1)!)) continue
    from.push(fold.open + 1)
    to.push(last)
    before.push(hidden)
    hidden += last - fold.open
  }
  return {
    count: lineCount - hidden,
    lineOf(row) {
      // The last stretch that begins, in rows, at or before this row.
      const i = lastAtMost(from.length, at => from[at]! - before[at]!, row)
      return i < 0 ? row : row + before[i]! + (to[i]! - from[i]! + 1)
    },
    rowOf(line) {
      const i = lastAtMost(from.length, at => from[at]!, line)
      if (i < 0) return line
      return line <= to[i]!
        ? from[i]! - 1 - before[i]!
        : line - before[i]! - (to[i]! - from[i]! + 1)
    },
  }
}

/** The last of some that are sorted by a key, whose key is not above a limit; -1 when there is none. */
export function lastAtMost(count: number, keyOf: (index: number) => number, limit: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >> 1
    if (keyOf(middle) <= limit) low = middle + 1
    else high = middle
  }
  return low - 1
}
