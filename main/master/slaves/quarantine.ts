import type { Moment, Quarantine } from '../model.ts'

const FIRST_MS = 10_000
const LONGEST_MS = 60 * 60_000

/**
 * How long a slave rests after another exception: ten seconds, doubling with each
 * in a row, up to an hour. As Buildbot has it: a machine that breaks builds must
 * not eat the whole queue, and one mishap must not cost more than a moment.
 */
export function nextQuarantine(before: Quarantine | null, reason: string, now: Moment): Quarantine {
  const failures = (before?.failures ?? 0) + 1
  const restMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20))
  return { until: now + restMs, failures, reason }
}
