import type { FutureBox } from './future.ts'
import { expectedTitle, expectedWords, remainderTitle } from './future-words.ts'
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
          title={remainderTitle(one, now)}
          style={{ left: one.x, width: one.width, ...placed(one, from) }}
        />
      ))}
      {future.expected.map((one, i) => (
        <div
          key={i}
          className={`waiting${wordy ? '' : ' upright'}`}
          title={expectedTitle(one, now)}
          style={placed(one, from)}
        >
          {wordy && <span className="cut">{expectedWords(one, now)}</span>}
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
