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
/** A change is of several elements: fewer of them than of boxes are in the page around the view. */
const SPARED_PX = 120

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
  const [above, below] = [from + SPARED_PX, to - SPARED_PX]
  const marks = model.changes.filter(mark => mark.y + CHANGE_PX > above && mark.exactY < below)
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
        {[undefined, 'suspect', 'lit'].map(sign => (
          <path
            key={sign ?? ''}
            className={sign}
            d={marks
              .filter(({ change }) => signOf(change.id) === sign)
              .map(({ exactY, y }) => `M44 ${exactY - from}h3L52 ${y - from + CHANGE_PX / 2}`)
              .join('')}
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
          // Shifted, and not placed: that is no layout of the page.
          <li
            key={change.id}
            style={{
              transform: `translateY(${y - from}px)`,
              height: CHANGE_PX,
              left: CHANGES_X,
            }}
          >
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
      <span className="cut what">{change.subject || '(no message)'}</span>
      <span className="cut where" title={held ?? undefined}>
        {held ?? `${change.project} ${isolated(change.branch)} ${shortRevision(change.revision)}`}
      </span>
    </button>
  )
})

// As `bdi` does it, without an element: there is a row for each of many changes.
function isolated(text: string): string {
  return `\u2068${text}\u2069`
}

const CALENDAR = { day, month }

function heldWords({ ids, broke }: ChangeBuilds): string {
  const builds = `in ${count(ids.size, 'build')}`
  return broke ? `${builds}, first failed in ${builderOf(broke)} #${broke.number}` : builds
}
