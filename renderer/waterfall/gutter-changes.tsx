import { memo } from 'react'
import type { Change, ChangeId } from '../bridge.ts'
import { builderOf } from '../store/actions.ts'
import { count, exact, personName, shortRevision } from '../ui/format.ts'
import { Avatar } from '../ui/parts.tsx'
import { CHANGES_X } from './gutter-sizes.ts'
import { CHANGE_PX, type ChangeMark } from './model.ts'
import type { ChangeBuilds } from './use-change-builds.ts'

/** A change is of several elements: fewer of them than of boxes are in the page around the view. */
const SPARED_PX = 120
const BASE_PX = 10_000

/** The changes at their moments, with a line to each. */
export const GutterChanges = memo(function GutterChanges({
  calm: { changes, from, to },
  lit,
  picked,
  suspects,
  onPick,
  onPoint,
}: {
  /** What is written, and the part of the axis that is in the page. */
  calm: { readonly changes: readonly ChangeMark[]; readonly from: number; readonly to: number }
  lit: ChangeBuilds
  picked: ChangeId | null
  suspects: ReadonlySet<ChangeId>
  onPick: (change: ChangeId | null) => void
  onPoint: (change: ChangeId | null) => void
}) {
  const signOf = (id: ChangeId) => {
    if (id === picked || id === lit.change) return 'lit'
    return suspects.has(id) ? 'suspect' : undefined
  }
  const [above, below] = [from + SPARED_PX, to - SPARED_PX]
  const marks = changes.filter(mark => mark.y + CHANGE_PX > above && mark.exactY < below)
  // A row is placed from here, so that it is the same while the view is scrolled.
  const base = Math.floor(from / BASE_PX) * BASE_PX
  return (
    <>
      <svg className="leaders" aria-hidden width={CHANGES_X} height={to - from}>
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
      {/* Not a list, whose items would be an element more for each of many. */}
      <div
        role="group"
        aria-label="Changes"
        className="gutter-rows"
        style={{ transform: `translateY(${base - from}px)` }}
      >
        {marks.map(({ change, y }) => (
          <ChangeRow
            key={change.id}
            change={change}
            y={y - base}
            sign={signOf(change.id) ?? ''}
            picked={change.id === picked}
            held={change.id === lit.change ? heldWords(lit) : null}
            onPick={onPick}
            onPoint={onPoint}
          />
        ))}
      </div>
    </>
  )
})

const ChangeRow = memo(function ChangeRow({
  change,
  y,
  sign,
  picked,
  held,
  onPick,
  onPoint,
}: {
  change: Change
  /** Where it stands, in px. */
  y: number
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
      // Shifted, and not placed: that is no layout of the page.
      style={{ transform: `translateY(${y}px)`, left: CHANGES_X }}
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

function heldWords({ ids, bad, broke }: ChangeBuilds): string {
  const builds = `in ${count(ids.size, 'build')}`
  if (broke) return `${builds}, turned ${builderOf(broke)} red in #${broke.number}`
  return bad > 0 ? `${builds}, ${bad} red` : builds
}
