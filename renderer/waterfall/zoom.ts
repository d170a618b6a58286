import { prefer, readPreferences } from '../store/preferences.ts'
import { jumpTo } from '../store/timeline.ts'
import { isDays } from './days.ts'
import { LARGEST_ZOOM, SMALLEST_ZOOM } from './look.ts'
import { readPosition } from './position.ts'

export function zoomBy(factor: number): void {
  zoomTo(readPreferences().zoom * factor)
}

export function zoomTo(wanted: number): void {
  const zoom = Math.min(LARGEST_ZOOM, Math.max(SMALLEST_ZOOM, wanted))
  const at = readPosition()
  const show = () => prefer({ zoom })
  // From days to builds: those of that time are there before they are drawn.
  if (at && isDays(readPreferences().zoom) && !isDays(zoom)) jumpTo(at.moment).then(show, show)
  else show()
}
