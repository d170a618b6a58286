import { memo } from 'react'
import type { Change, ChangeId } from '../bridge.ts'
import { builderOf } from '../store/actions.ts'
import { axisClock, count, day, exact, month, personName, shortRevision } from '../ui/format.ts'
import { Avatar } from '../ui/parts.tsx'
import type { Tick } from './axis.ts'
import { futureTicks } from './future.ts'
import { MarkSign } from './mark-sign.tsx'
import { markWords } from './mark-words.ts'
import { CHANGE_PX, type Model } from './model.ts'
import type { ChangeBuilds } from './use-change-builds.ts'
import type { Blame } from './use-red-around.ts'

export const GUTTER_PX = 216
/** Where changes begin, right of the times. */
const CHANGES_X = 54

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
  const { unit } = model.axis
  const signOf = (id: ChangeId) => {
    if (id === picked || id === lit.change) return 'lit'
    return blame?.suspects.has(id) ? 'suspect' : undefined
  }
  const marks = model.changes.filter(mark => mark.y + CHANGE_PX > from && mark.exactY < to)
  return (
    <div className="gutter" style={{ width: GUTTER_PX, height: to - from }}>
      {(live && from < 0 ? [...futureTicks(model.future), ...ticks] : ticks).map(
        ({ moment, y, newDay }) => (
          <span key={moment} className="tick" style={{ top: y - from }} title={exact(moment)}>
            {newDay && !unit && <small>{day(moment)}</small>}
            {unit && y > 0 ? CALENDAR[unit](moment) : axisClock(moment)}
          </span>
        ),
      )}
      <svg className="leaders" aria-hidden width={CHANGES_X} height="100%">
        {marks.map(({ change, exactY, y }) => (
          <path
            key={change.id}
            className={signOf(change.id)}
            d={`M44 ${exactY - from}h3L52 ${y - from + CHANGE_PX / 2}`}
          />
        ))}
      </svg>
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
      <ul aria-label="Changes">
        {marks.map(({ change, y }) => (
          <li key={change.id} style={{ top: y - from, height: CHANGE_PX, left: CHANGES_X }}>
            <ChangeRow
              change={change}
              sign={signOf(change.id) ?? ''}
              picked={change.id === picked}
              held={change.id === lit.change ? heldWords(lit) : null}
              onPick={onPick}
              onPoint={onPoint}
            />
          </li>
        ))}
      </ul>
    </div>
  )
}

/** A change, wherever it stands. */
const ChangeRow = memo(function ChangeRow({
  change,
  sign,
  picked,
  held,
  onPick,
  onPoint,
}: {
  change: Change
  sign: string
  picked: boolean
  /** Which builds hold it, where that is known. */
  held: string | null
  onPick: (change: ChangeId | null) => void
  onPoint: (change: ChangeId | null) => void
}) {
  return (
    <button
      type="button"
      className={`change ${sign}`}
      aria-pressed={picked}
      title={`${personName(change.who)}, ${exact(change.at)}\n${change.comments}`}
      onClick={() => onPick(picked ? null : change.id)}
      onPointerEnter={() => onPoint(change.id)}
      onPointerLeave={() => onPoint(null)}
      onFocus={() => onPoint(change.id)}
      onBlur={() => onPoint(null)}
    >
      <Avatar who={change.who} />
      <span className="grow">
        <span className="cut what">{change.subject || '(no message)'}</span>
        {held === null ? (
          <span className="cut where">
            {change.project} <bdi>{change.branch}</bdi>{' '}
            <span className="mono">{shortRevision(change.revision)}</span>
          </span>
        ) : (
          <span className="cut where" title={held}>
            {held}
          </span>
        )}
      </span>
    </button>
  )
})

const CALENDAR = { day, month }

function heldWords({ ids, broke }: ChangeBuilds): string {
  const builds = `in ${count(ids.size, 'build')}`
  return broke ? `${builds}, first failed in ${builderOf(broke)} #${broke.number}` : builds
}
