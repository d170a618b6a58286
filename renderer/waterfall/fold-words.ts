import type { Sleep } from '../store/sleeps.ts'
import { clock, roughly } from '../ui/format.ts'

/** `quiet 3 h 9 min, asleep 10:31 to 12:54`; `asleep 10:31 to 12:54, 2 h` where builds ran on. */
export function foldWords(from: number, to: number, sleeps: readonly Sleep[]): string {
  const within = sleeps.filter(sleep => sleep.to > from && sleep.from < to)
  const asleep = within.map(sleep => `${clock(sleep.from)} to ${clock(sleep.to)}`)
  if (within.some(sleep => sleep.from <= from && to <= sleep.to))
    return `asleep ${asleep.join(', ')}, ${roughly(to - from)}`
  const quiet = `quiet ${roughly(to - from)}`
  return asleep.length > 0 ? `${quiet}, asleep ${asleep.join(', ')}` : quiet
}
