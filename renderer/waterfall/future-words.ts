import { clock, count, exact, roughly, when } from '../ui/format.ts'
import { type Estimate, leftWords } from './estimate.ts'
import type { ExpectedFuture, RunningFuture } from './future.ts'

/** In a line: when it starts, or what plans it. */
export function expectedWords({ expected, more }: ExpectedFuture, now: number): string {
  const { kind, startsAt, scheduler } = expected
  const others = more > 0 ? `, ${more} more` : ''
  if (kind === 'planned') return `${shortWhen(startsAt!, now)} ${scheduler}${others}`
  if (startsAt === null) return `waiting${others}`
  return `${startsAt - now < 10_000 ? 'next' : `in about ${roughly(startsAt - now)}`}${others}`
}

// Of another day the day is told, for which there is room once.
function shortWhen(moment: number, now: number): string {
  return moment - now < DAY_MS ? clock(moment) : when(moment, now)
}

const DAY_MS = 86_400_000

/** Everything: what it waits for, when it starts, how long it takes. */
export function expectedTitle({ expected, more }: ExpectedFuture, now: number): string {
  const { kind, startsAt, estimate, reason, since, onlyIfChanged } = expected
  const lines = [
    since === null ? reason : `Waits since ${when(since, now)}: ${reason}`,
    startsAt === null && 'Nobody can say when it starts',
    startsAt !== null &&
      (kind === 'planned'
        ? `Planned for ${exact(startsAt)}`
        : `Starts about ${when(startsAt, now)}`),
    onlyIfChanged && 'Only if something changes until then',
    lengthWords(estimate),
    more > 0 && `${count(more, 'build')} like it after that`,
  ]
  return lines.filter(Boolean).join('\n')
}

/** Of a build that runs: how much is left. */
export function remainderTitle({ build, leftMs }: RunningFuture, now: number): string {
  if (leftMs === null) return `#${build.number}: no good build to compare with`
  const until = leftMs < 0 ? '' : `, until ${clock(now + leftMs)}`
  return `#${build.number}: ${leftWords(leftMs).long}${until}`
}

function lengthWords(estimate: Estimate | null): string {
  if (!estimate) return 'Never built well: nobody can say how long it takes'
  const { medianMs, lowMs, highMs, of } = estimate
  const spread =
    roughly(lowMs) === roughly(highMs) ? '' : `, mostly ${roughly(lowMs)} to ${roughly(highMs)}`
  return `Takes about ${roughly(medianMs)}${spread}, by ${count(of, 'good build')}`
}
