import type { MasterEvent } from '../bridge.ts'
import { MARK_KINDS, type MarkKind, markKindOf } from '../store/mark-kinds.ts'
import { sleepsOf } from '../store/sleeps.ts'
import type { Axis } from './axis.ts'

/** Events that are drawn as one mark, because they are as good as at the same place. */
export interface Mark {
  readonly y: number
  /** Of the weightiest of them. */
  readonly kind: MarkKind
  /** Newest first. */
  readonly events: readonly MasterEvent[]
}

/** A stretch in which the machine slept: it is no time that anything took. */
export interface SleepBand {
  readonly top: number
  readonly bottom: number
}

/** Nearer to each other than this, events share a mark. */
const MARK_PX = 15

/** @param from Events before the oldest that is drawn have nothing beside them. */
export function placeMarks(
  events: readonly MasterEvent[],
  hidden: readonly MarkKind[],
  axis: Axis,
  from: number,
): Mark[] {
  const marks: Mark[] = []
  const shown = events.filter(event => event.at >= from && !hidden.includes(markKindOf(event.kind)))
  for (const event of shown.sort((a, b) => b.at - a.at || b.id - a.id)) {
    const y = axis.y(event.at)
    const kind = markKindOf(event.kind)
    const last = marks.at(-1)
    if (!last || y - last.y >= MARK_PX) {
      marks.push({ y, kind, events: [event] })
      continue
    }
    const weightier = MARK_KINDS.indexOf(kind) < MARK_KINDS.indexOf(last.kind)
    const together = [...last.events, event]
    marks[marks.length - 1] = { ...last, kind: weightier ? kind : last.kind, events: together }
  }
  return marks
}

export function placeSleeps(
  events: readonly MasterEvent[],
  hidden: readonly MarkKind[],
  axis: Axis,
): SleepBand[] {
  if (hidden.includes('sleep')) return []
  return sleepsOf(events).map(({ from, to }) => ({ top: axis.y(to), bottom: axis.y(from) }))
}
