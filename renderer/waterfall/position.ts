import { useSyncExternalStore } from 'react'
import { backToNow, jumpTo } from '../store/timeline.ts'
import type { Position } from './place.ts'

// `null` is now: the view goes with the time.
let position: Position | null = null
const listeners = new Set<() => void>()

/** When now was left; `null` at now. Scrolling does not change it. */
export function useLeft(): number | null {
  return useSyncExternalStore(subscribePosition, () => position?.left ?? null)
}

export function subscribePosition(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export function readPosition(): Position | null {
  return position
}

export function setPosition(next: Position | null): void {
  position = next
  for (const listener of listeners) listener()
}

export function goToNow(): void {
  backToNow()
  setPosition(null)
}

/** Goes to a date, however long ago. */
export async function goToMoment(moment: number, now: number): Promise<void> {
  if (moment >= now) return goToNow()
  await jumpTo(moment)
  setPosition({ moment, offset: -HEADROOM_PX, left: now })
}

/** So far below the top of the view is what was gone to. */
const HEADROOM_PX = 120
