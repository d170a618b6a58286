import type { MasterEvent } from '../bridge.ts'

/** A stretch in which the machine of the master slept. */
export interface Sleep {
  readonly from: number
  readonly to: number
}

export function sleepsOf(events: readonly MasterEvent[]): Sleep[] {
  return events.flatMap(({ kind, subject, detail }) => {
    if (kind !== 'machine-slept') return []
    const from = Number(subject)
    return [{ from, to: from + Number(detail) }]
  })
}

/** How much of a stretch was sleep, in ms. */
export function asleepMs(sleeps: readonly Sleep[], from: number, to: number): number {
  return sleeps.reduce(
    (sum, sleep) => sum + Math.max(0, Math.min(to, sleep.to) - Math.max(from, sleep.from)),
    0,
  )
}
