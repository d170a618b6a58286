import { createCell, useCell } from '../store/cell.ts'
import { backToNow, jumpTo } from '../store/timeline.ts'
import type { Position } from './place.ts'

// `null` is now: the view goes with the time.
const position = createCell<Position | null>(null)

/** When now was left; `null` at now. Scrolling does not change it. */
export function useLeft(): number | null {
  return useCell(position, value => value?.left ?? null)
}

export const { subscribe: subscribePosition, read: readPosition, write: setPosition } = position

export function goToNow(): void {
  backToNow()
  setPosition(null)
}

/** Goes to a date, however long ago. */
export async function goToMoment(moment: number, now: number): Promise<void> {
  if (moment >= now) return goToNow()
  await jumpTo(moment, () => setPosition({ moment, offset: -HEADROOM_PX, left: now }))
}

/** So far below the top of the view is what was gone to. */
const HEADROOM_PX = 120
