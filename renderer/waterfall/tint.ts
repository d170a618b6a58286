import type { Build } from '../bridge.ts'
import { asleepMs, type Sleep } from '../store/sleeps.ts'
import type { Estimates } from './use-forecast.ts'

/** So many colours there are; the last one is for all others. */
export const TINTS = 6

/** What a colour stands for, in the order of the colours. */
export const DURATIONS = [
  'faster than usual',
  'as usual',
  'slower than usual',
  'twice as long',
] as const
/** The colours of those, of the six. */
const DURATION_TINTS = [2, 5, 3, 1] as const

/** How long a build took against what is usual for its builder; `null` when nobody can say. */
export function durationTint(
  { builderId, startedAt, completeAt }: Build,
  estimate: Estimates,
  sleeps: readonly Sleep[] = [],
): number | null {
  const usual = estimate(builderId)?.medianMs
  if (completeAt === null || !usual) return null
  // What is usual is counted without what the machine slept, too.
  const ratio = (completeAt - startedAt - asleepMs(sleeps, startedAt, completeAt)) / usual
  return durationColour(ratio < 0.75 ? 0 : ratio <= 1.33 ? 1 : ratio < 2 ? 2 : 3)
}

export function durationColour(step: number): number {
  return DURATION_TINTS[step]!
}

/**
 * A colour for each name; those that come later share the last.
 *
 * @param own How many have one of their own.
 */
export function nameTint(
  names: readonly string[],
  name: string | null,
  own = TINTS - 1,
): number | null {
  if (name === null) return null
  const at = names.indexOf(name)
  return at < 0 || at >= own ? TINTS - 1 : at
}

/** So many authors have a colour of their own. */
export const AUTHORS = TINTS - 2
/** The colour of what several people wrote. */
export const SEVERAL = TINTS - 2

/** The colour of who wrote a build's changes; nothing for one without any, and as long as that is not known. */
export function authorTint(
  names: readonly string[],
  [only, second]: readonly string[] = [],
): number | null {
  return second === undefined ? nameTint(names, only ?? null, AUTHORS) : SEVERAL
}

/** Names keep their colours: those that are new follow those that were known, most frequent first. */
export function keepOrder(known: readonly string[], names: readonly (string | null)[]): string[] {
  const counts = Map.groupBy(names, name => name)
  counts.delete(null)
  const found = [...counts].sort(([a, x], [b, y]) => y.length - x.length || (a! < b! ? -1 : 1))
  const fresh = found.flatMap(([name]) => (known.includes(name!) ? [] : [name!]))
  return [...known, ...fresh].slice(0, TINTS)
}
