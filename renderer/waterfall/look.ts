import { arrangementIn, isArranged, writeArrangement } from '../store/arrangement.ts'
import { axisModeOf } from '../store/axis-modes.ts'
import { markKindsIn } from '../store/mark-kinds.ts'
import type { Preferences } from '../store/preferences.ts'
import { routes } from '../store/route.ts'

/** How the waterfall is looked at: all of its state but the moment and the build that is picked. */
export type WaterfallLook = Pick<Preferences, 'arrangement' | 'axis' | 'zoom' | 'hidden'>

/** A year is a screen high. */
export const SMALLEST_ZOOM = 0.0125
export const LARGEST_ZOOM = 12
const KEYS = ['axis', 'zoom', 'hide']

/** What an address says of it; `null` when it says nothing. What makes no sense is as good as not said. */
export function lookIn(query: URLSearchParams): WaterfallLook | null {
  if (!isArranged(query) && !KEYS.some(key => query.has(key))) return null
  const zoom = Number(query.get('zoom') ?? 1)
  return {
    arrangement: arrangementIn(query),
    axis: axisModeOf(query.get('axis')),
    hidden: markKindsIn(query.getAll('hide')),
    zoom: zoom > 0 ? Math.min(LARGEST_ZOOM, Math.max(SMALLEST_ZOOM, zoom)) : 1,
  }
}

/** Writes it into a query, and leaves what else is in it. What is as always is not written. */
export function writeLook(
  query: URLSearchParams,
  { arrangement, axis, zoom, hidden }: WaterfallLook,
): void {
  writeArrangement(query, arrangement)
  for (const key of KEYS) query.delete(key)
  if (axis !== 'folded') query.set('axis', axis)
  if (zoom !== 1) query.set('zoom', String(Number(zoom.toFixed(3))))
  for (const kind of hidden) query.append('hide', kind)
}

/** The address of a look. It says all of it, so that it is the same in a window that is arranged otherwise. */
export function placeOf(look: WaterfallLook): string {
  const query = new URLSearchParams()
  writeLook(query, look)
  query.set('columns', look.arrangement.columns)
  return `${routes.waterfall}?${query}`
}
