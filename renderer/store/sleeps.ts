import type { MasterEvent } from '../bridge.ts'

/** A stretch in which the machine of the master slept. */
export interface Sleep {
  readonly from: number
  readonly to: number
}

const known = new WeakMap<readonly MasterEvent[], readonly Sleep[]>()

/** The sleeps among events; the same for all who ask of the same events. */
export function sleepsOf(events: readonly MasterEvent[]): readonly Sleep[] {
  const sleeps =
    known.get(events) ??
    events.flatMap(({ kind, subject, detail }) => {
      if (kind !== 'machine-slept') return []
      const from = Number(subject)
      return [{ from, to: from + Number(detail) }]
    })
  known.set(events, sleeps)
  return sleeps
}

/** How much of a stretch was sleep, in ms. */
export function asleepMs(sleeps: readonly Sleep[], from: number, to: number): number {
  return sleeps.reduce(
    (sum, sleep) => sum + Math.max(0, Math.min(to, sleep.to) - Math.max(from, sleep.from)),
    0,
  )
}
