import type { LogLine } from '../bridge.ts'
import type { LogTimes } from '../store/preferences.ts'
import { clockSeconds, exact } from '../ui/format.ts'

export const TIMES_WORDS: Readonly<Record<LogTimes, string>> = {
  step: 'since the step began',
  clock: 'time of day',
  took: 'until the next line',
  none: 'off',
}

/** What stands beside a line. Lines that arrived together have one time. */
export function lineTime(
  times: LogTimes,
  line: LogLine,
  next: LogLine | undefined,
  startedAt: number,
): string {
  switch (times) {
    case 'step':
      return elapsed(line.at - startedAt)
    case 'clock':
      return clockSeconds(line.at)
    case 'took':
      return next && next.at > line.at ? elapsed(next.at - line.at) : ''
    case 'none':
      return ''
  }
}

/** All of it, for a tooltip. */
export function exactLineTime(line: LogLine, next: LogLine | undefined, startedAt: number): string {
  const ms = String(((line.at % 1000) + 1000) % 1000).padStart(3, '0')
  const took =
    next && next.at > line.at ? `, ${elapsed(next.at - line.at)} until the next line` : ''
  return `${exact(line.at)} (${ms} ms)\n${elapsed(line.at - startedAt)} since the step began${took}`
}

/** `0:04.2`, `12:30.0`, `2:00:01.5`. */
export function elapsed(ms: number): string {
  const tenths = Math.max(0, Math.floor(ms / 100))
  const seconds = Math.floor(tenths / 10)
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const two = (n: number) => String(n).padStart(2, '0')
  const head = hours > 0 ? `${hours}:${two(minutes % 60)}` : `${minutes}`
  return `${head}:${two(seconds % 60)}.${tenths % 10}`
}
