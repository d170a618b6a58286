import type { Redraw, ScreenQuery } from '../bridge.ts'

/** Redraws whose rows are the same, or overlap: they are shown as they ended, or as they were written, together. */
export interface RedrawGroup {
  /** The line of the highest row that was written over. */
  readonly first: number
  /** The last line of any row, or without one. */
  readonly last: number
  readonly redraws: readonly Redraw[]
  /** How many rows any of them goes up, at the most. */
  readonly reach: number
}

interface Growing {
  first: number
  readonly last: number
  /** Where its first redraw stands among all. */
  from: number
  reach: number
  /** How many rows there are from the first to the last. */
  rows: number
}

/** @param redraws In order. */
export function groupsOf(redraws: readonly Redraw[]): readonly RedrawGroup[] {
  const groups: Growing[] = []
  for (const [i, redraw] of redraws.entries()) groups.push(withRowsAbove(redraw, i, groups))
  return groups.map(({ first, last, from, reach }, i) => ({
    ...{ first, last, reach },
    redraws: redraws.slice(from, groups[i + 1]?.from),
  }))
}

// Takes as many rows above as the redraw goes up, and the groups that have them.
function withRowsAbove({ line, to, reach }: Redraw, from: number, before: Growing[]): Growing {
  const group = { first: line, last: to, from, reach, rows: 1 }
  for (let left = reach; left > 0; ) {
    const above = before.at(-1)
    const between = group.first - (above ? above.last + 1 : 0)
    const taken = Math.min(left, between)
    group.first -= taken
    group.rows += taken
    left -= taken
    if (left === 0 || !above) break
    before.pop()
    group.first = above.first
    group.from = above.from
    group.reach = Math.max(group.reach, above.reach)
    group.rows += above.rows
    left -= above.rows
  }
  return group
}

export type ScreenPart = Pick<ScreenQuery, 'first' | 'last' | 'rowless' | 'above'>

/**
 * What has to be drawn to see the rows of some lines of a group as they ended: from the first of
 * them to where nothing reaches back to the last.
 *
 * @param from A line that has a row.
 * @param to Likewise.
 */
export function screenPart(group: RedrawGroup, from: number, to: number): ScreenPart {
  const last = lastThatReaches(group, to)
  const rowless = group.redraws
    .filter(one => one.to > one.line && one.line >= from && one.line < last)
    .map(one => [one.line + 1, Math.min(one.to, last)] as const)
  return { first: from, last, rowless, above: rowsBetween(group, from) }
}

function rowsBetween({ first, redraws }: RedrawGroup, to: number): number {
  const without = redraws
    .filter(one => one.line < to)
    .map(one => Math.min(one.to, to - 1) - one.line)
  return to - first - without.reduce((sum, count) => sum + count, 0)
}

// Goes down by rows until there are as many below as any redraw goes up.
function lastThatReaches({ redraws, reach, last }: RedrawGroup, from: number): number {
  let left = reach + 1
  let at = from
  for (const { line, to } of redraws) {
    if (line < at) continue
    const rows = line - at
    if (rows >= left) break
    left -= rows
    at = to
  }
  return Math.min(last, at + left)
}
