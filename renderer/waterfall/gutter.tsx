import type { ChangeId } from '../bridge.ts'
import { axisClock, day, exact, personName, shortRevision } from '../ui/format.ts'
import { Avatar } from '../ui/parts.tsx'
import type { Tick } from './axis.ts'
import { futureTicks } from './future.ts'
import { MarkSign } from './mark-sign.tsx'
import { markWords } from './mark-words.ts'
import { CHANGE_PX, type Model } from './model.ts'

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
  onPoint,
}: {
  model: Model
  ticks: readonly Tick[]
  live: boolean
  from: number
  to: number
  lit: ChangeId | null
  onPoint: (change: ChangeId | null) => void
}) {
  const marks = model.changes.filter(mark => mark.y + CHANGE_PX > from && mark.exactY < to)
  return (
    <div className="gutter" style={{ width: GUTTER_PX, height: to - from }}>
      {(live && from < 0 ? [...futureTicks(model.future), ...ticks] : ticks).map(
        ({ moment, y, newDay }) => (
          <span key={moment} className="tick" style={{ top: y - from }} title={exact(moment)}>
            {newDay && <small>{day(moment)}</small>}
            {axisClock(moment)}
          </span>
        ),
      )}
      <svg className="leaders" aria-hidden width={CHANGES_X} height="100%">
        {marks.map(({ change, exactY, y }) => (
          <path
            key={change.id}
            className={change.id === lit ? 'lit' : undefined}
            d={`M44 ${exactY - from}h3L52 ${y - from + CHANGE_PX / 2}`}
          />
        ))}
      </svg>
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
            <button
              type="button"
              className={`change${change.id === lit ? ' lit' : ''}`}
              aria-pressed={change.id === lit}
              title={`${personName(change.who)}, ${exact(change.at)}\n${change.comments}`}
              onClick={() => onPoint(change.id === lit ? null : change.id)}
            >
              <Avatar who={change.who} />
              <span className="grow">
                <span className="cut what">{change.subject || '(no message)'}</span>
                <span className="cut where">
                  {change.project} <bdi>{change.branch}</bdi>{' '}
                  <span className="mono">{shortRevision(change.revision)}</span>
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
