import type { BuildsOfDay } from '../bridge.ts'
import { type Axis, axisOf } from './axis.ts'

/** Below this zoom a column is a strip of days instead of boxes. */
export const DAYS_BELOW = 0.2
const WIDEST_DAY_PX = 26
const LABEL_PX = 30
export const DAY_MS = 86_400_000

/** A day of the person's calendar, with what a builder, a group of them or a slave did in it. */
export interface DayCell {
  /** Midnight, and the midnight after it: 23, 24 or 25 hours. */
  readonly from: number
  readonly to: number
  readonly builds: number
  readonly failed: number
  readonly warned: number
  readonly exceptions: number
  readonly busyMs: number
}

/** Days of each builder, or of each slave by its name, newest first. */
export type Days = ReadonlyMap<BuildsOfDay['of'], readonly DayCell[]>

export function isDays(zoom: number): boolean {
  return zoom < DAYS_BELOW
}

/** Even in time, from now to the beginning of history. */
export function dayAxis(now: number, beginning: number, zoom: number): Axis {
  const dayPx = (WIDEST_DAY_PX * zoom) / DAYS_BELOW
  const from = Math.min(beginning, now - DAY_MS)
  const px = ((now - from) / DAY_MS) * dayPx
  const axis = axisOf(now, [{ to: now, from, px, fold: false }])
  return { ...axis, ...calendar(now, from, dayPx) }
}

// Days, Mondays, months, quarters or years: as many as there is room for.
function calendar(now: number, from: number, dayPx: number): Pick<Axis, 'labels' | 'unit'> {
  const rule = RULES.find(({ days }) => days * dayPx >= LABEL_PX) ?? RULES.at(-1)!
  const labels: number[] = []
  const date = new Date(now)
  date.setHours(0, 0, 0, 0)
  for (; date.getTime() >= from; date.setDate(date.getDate() - 1))
    if (rule.begins(date)) labels.push(date.getTime())
  return { labels, unit: rule.unit }
}

const RULES: readonly {
  readonly days: number
  readonly unit: 'day' | 'month'
  begins(date: Date): boolean
}[] = [
  { days: 1, unit: 'day', begins: () => true },
  { days: 7, unit: 'day', begins: date => date.getDay() === 1 },
  { days: 28, unit: 'month', begins: date => date.getDate() === 1 },
  { days: 90, unit: 'month', begins: date => date.getDate() === 1 && date.getMonth() % 3 === 0 },
  { days: 365, unit: 'month', begins: date => date.getDate() === 1 && date.getMonth() === 0 },
]

/** A stretch in which the clock of the person's zone is the same ahead of UTC. */
export interface ZoneStretch {
  readonly from: number
  readonly to: number
  readonly offsetMs: number
}

/** A stretch of time, parted where clocks are changed. */
export function zoneStretches(from: number, to: number): ZoneStretch[] {
  const found: ZoneStretch[] = []
  let begin = from
  for (let at = from; at < to; at += DAY_MS) {
    const next = Math.min(to, at + DAY_MS)
    if (next === to || offsetAt(next) === offsetAt(at)) continue
    const change = changeBetween(at, next)
    found.push({ from: begin, to: change, offsetMs: offsetAt(begin) })
    begin = change
  }
  found.push({ from: begin, to, offsetMs: offsetAt(to - 1) })
  return found
}

function offsetAt(moment: number): number {
  return (0 - new Date(moment).getTimezoneOffset()) * 60_000
}

function changeBetween(from: number, to: number): number {
  let [low, high] = [from, to]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(middle) === offsetAt(from)) low = middle
    else high = middle
  }
  return high
}

/** Days as they were counted, by the person's calendar: the halves of a night with a change of clocks are one. */
export function daysOf(rows: readonly BuildsOfDay[]): Days {
  const found = new Map<BuildsOfDay['of'], Map<number, DayCell>>()
  for (const row of rows) {
    const utc = new Date(row.day * DAY_MS)
    const [year, month, day] = [utc.getUTCFullYear(), utc.getUTCMonth(), utc.getUTCDate()]
    const from = new Date(year, month, day).getTime()
    const own = found.get(row.of) ?? new Map<number, DayCell>()
    found.set(row.of, own)
    const cell = { ...row, from, to: new Date(year, month, day + 1).getTime() }
    const known = own.get(from)
    own.set(from, known ? together(known, cell) : cell)
  }
  return new Map(
    [...found].map(([id, own]) => [id, [...own.values()].sort((a, b) => b.from - a.from)]),
  )
}

/** The days of several builders, as those of one. */
export function mergeDays(lists: readonly (readonly DayCell[])[]): readonly DayCell[] {
  if (lists.length === 1) return lists[0]!
  const found = new Map<number, DayCell>()
  for (const cell of lists.flat()) {
    const known = found.get(cell.from)
    found.set(cell.from, known ? together(known, cell) : cell)
  }
  return [...found.values()].sort((a, b) => b.from - a.from)
}

/** What was done in two parts of a day, or in days that are told as one. */
export function together(a: DayCell, b: DayCell): DayCell {
  return {
    from: a.from,
    to: a.to,
    builds: a.builds + b.builds,
    failed: a.failed + b.failed,
    warned: a.warned + b.warned,
    exceptions: a.exceptions + b.exceptions,
    busyMs: a.busyMs + b.busyMs,
  }
}

/** The worst that there was in a day. */
export function worstOf(cell: DayCell): 'exception' | 'failure' | 'warnings' | 'success' {
  if (cell.exceptions > 0) return 'exception'
  if (cell.failed > 0) return 'failure'
  return cell.warned > 0 ? 'warnings' : 'success'
}
