import { useMemo, useRef, useState } from 'react'
import { bridge, type LogId, type Redraw } from '../bridge.ts'
import { type LogRows, lastAtMost } from './log-rows.ts'
import { groupsOf, type RedrawGroup, screenPart } from './redraw-groups.ts'

// Rows are asked for with some around them, so that scrolling does not ask for each.
const ROWS_AT_ONCE = 100
const MOST_KEPT = 20_000

/** A line from which on lines were written over rows above. */
export interface RedrawHead {
  /** How many of them have no row of their own. */
  readonly count: number
  /** Whether they are shown as they were written. */
  readonly open: boolean
  readonly line: number
}

/** What was redrawn, as it ended; or, where somebody opened it, as it was written. */
export function useRedraws(logId: LogId, redraws: readonly Redraw[]) {
  const groups = useMemo(() => groupsOf(redraws), [redraws])
  // By the first redraw of a group, which stays the first while it grows.
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set())
  const heads = useMemo(
    () =>
      new Map(
        groups.flatMap(group =>
          group.redraws.map(({ line, to }, i): [number, RedrawHead] => [
            // At the lowest row that was written over, unless its line has none.
            group.redraws[i - 1]?.to === line - 1 ? line : line - 1,
            { line, count: to - line, open: opened.has(keyOf(group)) },
          ]),
        ),
      ),
    [groups, opened],
  )
  const closed = useMemo(() => groups.filter(group => !opened.has(keyOf(group))), [groups, opened])
  const drawn = useRef(new Map<number, string>())
  const asked = useRef(new Map<number, string>())
  const [, render] = useState(0)

  const groupAt = (list: readonly RedrawGroup[], line: number) => {
    const at = lastAtMost(list.length, i => list[i]!.first, line)
    return at >= 0 && line <= list[at]!.last ? list[at] : undefined
  }
  const open = (group: RedrawGroup, on: boolean) =>
    setOpened(before => {
      const next = new Set(before)
      if (on) next.add(keyOf(group))
      else next.delete(keyOf(group))
      return next
    })

  return {
    /** Lines without a row that are hidden, by the line above them. */
    folds: useMemo(
      () =>
        closed.flatMap(group =>
          group.redraws.flatMap(({ line, to }) => (to > line ? [{ open: line, close: to }] : [])),
        ),
      [closed],
    ),
    headAt: (line: number) => heads.get(line),
    toggle: ({ line, open: was }: RedrawHead) => {
      const group = groupAt(groups, line)
      if (group) open(group, !was)
    },
    /** Shows a line as it was written, wherever it was written over. */
    openAround: (line: number) => {
      const group = groupAt(closed, line)
      if (group) open(group, true)
    },
    /** A row as it ended; `undefined` where that is what its line says, or is not known yet. */
    textOf: (line: number) => (groupAt(closed, line) ? drawn.current.get(line) : undefined),
    /** Asks for what the lines in sight ended as. To be called after each drawing. */
    fetch(shown: readonly number[], rows: LogRows, size: string) {
      for (const [group, own] of Map.groupBy(shown, line => groupAt(closed, line)))
        if (group) ask(group, own, rows, size)
    },
  }

  function ask(group: RedrawGroup, own: readonly number[], rows: LogRows, size: string) {
    const rounded = (line: number, up: number) =>
      rows.lineOf(
        Math.min(rows.count - 1, (Math.floor(rows.rowOf(line) / ROWS_AT_ONCE) + up) * ROWS_AT_ONCE),
      )
    const from = Math.max(group.first, rounded(own[0]!, 0))
    const to = Math.min(Math.max(own.at(-1)!, rounded(own.at(-1)!, 1)), group.redraws.at(-1)!.line)
    if (to < from) return
    const part = screenPart(group, from, to)
    // Only what is at the end of a log can still change.
    const key = `${part.first} ${part.last} ${part.last >= group.last ? `${group.last} ${size}` : ''}`
    if (asked.current.get(from) === key) return
    if (drawn.current.size + asked.current.size > MOST_KEPT) {
      drawn.current.clear()
      asked.current.clear()
    }
    asked.current.set(from, key)
    bridge.request('log:screen', { logId, ...part }).then(
      found => {
        if (asked.current.get(from) !== key) return
        for (const line of drawn.current.keys())
          if (line >= from && line <= to) drawn.current.delete(line)
        for (const { line, text } of found) if (line <= to) drawn.current.set(line, text)
        render(n => n + 1)
      },
      // The next drawing asks again; until then each line is as it was written.
      () => asked.current.delete(from),
    )
  }
}

function keyOf({ redraws }: RedrawGroup): number {
  return redraws[0]!.line
}
