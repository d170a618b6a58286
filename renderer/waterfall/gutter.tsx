import { useDeferredValue, useMemo } from 'react'
import type { ChangeId } from '../bridge.ts'
import { day, exact } from '../ui/format.ts'
import type { Tick } from './axis.ts'
import { futureTicks } from './future.ts'
import { GutterChanges } from './gutter-changes.tsx'
import { GUTTER_PX } from './gutter-sizes.ts'
import { MarkSign } from './mark-sign.tsx'
import { markWords } from './mark-words.ts'
import type { Model } from './model.ts'
import { tickWords } from './tick-words.ts'
import type { ChangeBuilds } from './use-change-builds.ts'
import type { Blame } from './use-red-around.ts'

/** The times, and the changes at their moments. Pointing at a change lights the builds that hold it. */
export function Gutter({
  model,
  ticks,
  live,
  from,
  to,
  lit,
  picked,
  blame,
  onPick,
  onPoint,
}: {
  model: Model
  ticks: readonly Tick[]
  live: boolean
  from: number
  to: number
  /** The builds that hold the change that is pointed at or picked. */
  lit: ChangeBuilds
  picked: ChangeId | null
  blame: Blame | null
  onPick: (change: ChangeId | null) => void
  onPoint: (change: ChangeId | null) => void
}) {
  const suspects = blame?.suspects ?? NOBODY
  // Where much is built each zoom brings other changes, which are dearer than all else: they come a moment later.
  const calm = useDeferredValue(
    useMemo(() => ({ changes: model.changes, from, to }), [model.changes, from, to]),
  )
  return (
    <div className="gutter" style={{ width: GUTTER_PX, height: to - from }}>
      {(live && from < 0 ? [...futureTicks(model.future), ...ticks] : ticks).map(tick => (
        <span
          key={tick.moment}
          className="tick"
          style={{ top: tick.y - from }}
          title={exact(tick.moment)}
        >
          {tick.newDay && !model.axis.unit && <small>{day(tick.moment)}</small>}
          {tickWords(model.axis, tick)}
        </span>
      ))}
      {blame && blame.stretch.bottom > from && blame.stretch.top < to && (
        <span
          className={`blame${blame.stretch.repaired ? ' repaired' : ''}`}
          role="img"
          aria-label={blame.words}
          title={blame.words}
          style={{
            top: Math.max(-8, blame.stretch.top - from),
            height: blame.stretch.bottom - Math.max(from - 8, blame.stretch.top),
          }}
        />
      )}
      {model.marks
        .filter(mark => mark.y > from && mark.y < to)
        .map(mark => (
          <span
            key={mark.events[0]!.id}
            className="event-mark"
            role="img"
            aria-label={markWords(mark)}
            title={markWords(mark)}
            style={{ top: mark.y - from }}
          >
            <MarkSign kind={mark.kind} />
          </span>
        ))}
      <div className="gutter-changes" style={{ transform: `translateY(${calm.from - from}px)` }}>
        <GutterChanges
          calm={calm}
          lit={lit}
          picked={picked}
          suspects={suspects}
          onPick={onPick}
          onPoint={onPoint}
        />
      </div>
    </div>
  )
}

const NOBODY: ReadonlySet<ChangeId> = new Set()
