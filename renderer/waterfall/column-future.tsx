import { clock, count, exact, roughly, when } from '../ui/format.ts'
import { type Estimate, leftWords } from './estimate.ts'
import type { ExpectedFuture, FutureBox, RunningFuture } from './future.ts'
import type { Future } from './model.ts'

/** What is to come of a builder, above the now line: what remains of what runs, what waits, what is planned. */
export function ColumnFuture({
  future,
  now,
  from,
  wordy,
}: {
  future: Future
  now: number
  from: number
  /** Whether there is room for words. */
  wordy: boolean
}) {
  return (
    <>
      {future.running.map(one => (
        <div
          key={one.build.id}
          className="expected"
          title={remainderWords(one, now)}
          style={{ left: one.x, width: one.width, ...placed(one, from) }}
        />
      ))}
      {future.expected.map((one, i) => (
        <div
          key={i}
          className={`waiting${wordy ? '' : ' upright'}`}
          title={hover(one, now)}
          style={placed(one, from)}
        >
          {wordy && <span className="cut">{headline(one, now)}</span>}
          {wordy && one.height > 28 && <small>{one.expected.reason}</small>}
        </div>
      ))}
    </>
  )
}

function placed({ top, height, softPx }: FutureBox, from: number) {
  const fade = `linear-gradient(rgb(0 0 0 / 25%), #000 ${Math.round(softPx)}px)`
  return { top: top - from, height, ...(softPx > 0 && { maskImage: fade }) }
}

function headline({ expected, more }: ExpectedFuture, now: number): string {
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
function hover({ expected, more }: ExpectedFuture, now: number): string {
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

function remainderWords({ build, leftMs }: RunningFuture, now: number): string {
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
