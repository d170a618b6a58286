import type { Axis } from './axis.ts'
import { FUTURE_PX } from './future.ts'

/**
 * Where a person reads: a moment, and what the top of the view is below it, in px. It is
 * kept as a time, so that nothing moves when more of history is drawn above or below.
 */
export interface Position {
  readonly moment: number
  readonly offset: number
  /** The clock when now was left: the axis stands still until it is gone back to. */
  readonly left: number
}

/** The top of the view on an axis. */
export function topOf(axis: Axis, at: Position | null): number {
  return at ? axis.y(at.moment) + at.offset : -FUTURE_PX
}

/** The position that has `top` at the top of the view. */
export function positionAt(axis: Axis, top: number, left: number): Position {
  const moment = axis.moment(Math.max(0, top))
  return { moment, offset: top - axis.y(moment), left }
}
