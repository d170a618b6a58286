import { createCell } from '../store/cell.ts'
import type { Axis, Span } from './axis.ts'

/** The span of time that is summed up; `null` when none is. */
export const picked = createCell<Span | null>(null)

/** Sums up what is between two places of the axis, whichever is above. */
export function sumUp(axis: Axis, a: number, b: number): void {
  picked.write(spanBetween(axis, a, b))
}

/** The time between two places. Above the now line nothing was built. */
export function spanBetween(axis: Axis, a: number, b: number): Span | null {
  const [top, bottom] = [Math.max(0, Math.min(a, b)), Math.max(0, Math.max(a, b))]
  const span = { from: Math.floor(axis.moment(bottom)), to: Math.ceil(axis.moment(top)) }
  return span.to > span.from ? span : null
}
