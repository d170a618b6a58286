import { count, day, duration } from '../ui/format.ts'
import { type DayCell, together } from './days.ts'

/** `14 builds, 2 failed, 1 exception, busy 40 min`. */
export function dayWords({ builds, failed, warned, exceptions, busyMs }: DayCell): string {
  return [
    count(builds, 'build'),
    failed > 0 && `${failed} failed`,
    exceptions > 0 && count(exceptions, 'exception'),
    warned > 0 && `${warned} with warnings`,
    `busy ${duration(busyMs)}`,
  ]
    .filter(Boolean)
    .join(', ')
}

/** What is in sight of a column, for whoever can't see the strip. */
export function daysInWords(days: readonly DayCell[], from: number, to: number): string {
  const seen = days.filter(cell => cell.to > from && cell.from < to)
  if (seen.length === 0) return 'no builds in this time'
  return `${day(seen.at(-1)!.from)} to ${day(seen[0]!.from)}: ${dayWords(seen.reduce(together))}`
}
