import type { Build } from '../bridge.ts'
import { hasPassed, RETRY_SCHEDULER } from '../results.ts'
import { asleepMs, type Sleep } from '../store/sleeps.ts'
import { roughly } from '../ui/format.ts'

/** How long builds of a builder take, by those that it made last. */
export interface Estimate {
  readonly medianMs: number
  /** Half of them took between these two. */
  readonly lowMs: number
  readonly highMs: number
  /** How many builds it is drawn from. */
  readonly of: number
}

/** A build that goes wrong may end early, and one that is retried begins late: only good and whole ones are compared. */
const COMPARED = 11

/**
 * @param builds Of one builder, newest first. `null` when none of them was good.
 * @param sleeps Time that no build took.
 */
export function estimateOf(
  builds: readonly Build[],
  sleeps: readonly Sleep[] = [],
): Estimate | null {
  const lengths: number[] = []
  for (const { results, scheduler, startedAt, completeAt } of builds) {
    if (completeAt === null || !hasPassed(results)) continue
    if (scheduler === RETRY_SCHEDULER) continue
    lengths.push(completeAt - startedAt - asleepMs(sleeps, startedAt, completeAt))
    if (lengths.length === COMPARED) break
  }
  if (lengths.length === 0) return null
  lengths.sort((a, b) => a - b)
  const last = lengths.length - 1
  return {
    medianMs: lengths[Math.floor(lengths.length / 2)]!,
    lowMs: lengths[Math.floor(last / 4)]!,
    highMs: lengths[Math.ceil((last * 3) / 4)]!,
    of: lengths.length,
  }
}

/** When a running build would have begun if the machine had not slept since: what it slept nothing was built. */
export function awakeStart(
  { startedAt }: Pick<Build, 'startedAt'>,
  now: number,
  sleeps: readonly Sleep[],
): number {
  return startedAt + asleepMs(sleeps, startedAt, now)
}

/** How much longer a running build takes if it takes as long as usual. Negative when it should have ended. */
export function leftMs(
  build: Pick<Build, 'startedAt'>,
  { medianMs }: Pick<Estimate, 'medianMs'>,
  now: number,
  sleeps: readonly Sleep[],
): number {
  return awakeStart(build, now, sleeps) + medianMs - now
}

/** The same in words, for wherever a running build is told of. */
export function leftWords(ms: number): { readonly short: string; readonly long: string } {
  // Neither "0 s left" nor "0 s over".
  if (Math.abs(ms) < 500) return { short: 'due now', long: 'due now' }
  const much = roughly(Math.abs(ms))
  return ms > 0
    ? { short: `${much} left`, long: `about ${much} left` }
    : { short: `${much} over`, long: `${much} longer than usual` }
}
