import { ChevronDown, ChevronRight } from 'lucide-react'
import { memo } from 'react'
import { toggleGroup } from './column-actions.ts'
import { groupName } from './column-plan.ts'
import type { Group } from './model.ts'

/** The name of a group above its columns, which folds it. */
export const GroupBar = memo(
  function GroupBar({ group: { plan, x, width }, stays }: { group: Group; stays: boolean }) {
    const className = stays ? 'group stays' : 'group'
    const name = groupName(plan)
    const style = { width, left: x }
    const words = (
      <>
        <span className={plan.folded ? 'visually-hidden' : 'cut'}>{name}</span>{' '}
        {plan.count > 1 && (plan.folded || width > 64) && <span className="dim">{plan.count}</span>}
      </>
    )
    if (plan.kind === 'none' || plan.kind === 'pinned')
      return (
        <div className={className} style={style}>
          {plan.kind === 'pinned' && <span className="group-words">{words}</span>}
        </div>
      )
    const Chevron = plan.folded ? ChevronRight : ChevronDown
    return (
      <button
        type="button"
        className={className}
        style={style}
        aria-expanded={!plan.folded}
        title={`${name}: ${plan.folded ? 'unfold' : 'fold into one column'}`}
        onClick={() => toggleGroup(plan.title)}
      >
        <span className="group-words">
          {width > 30 && <Chevron aria-hidden />}
          {words}
        </span>
      </button>
    )
  },
  (a, b) =>
    a.group.plan === b.group.plan &&
    a.group.x === b.group.x &&
    a.group.width === b.group.width &&
    a.stays === b.stays,
)
