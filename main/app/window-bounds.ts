import type { Display, Rectangle } from 'electron'
import type { WindowState } from '../host/state.ts'

export const SMALLEST = { width: 480, height: 360 }
const USUAL = { width: 1280, height: 820 }
// As much of a window must be on a display that a hand can take hold of it.
const GRIP = { width: 120, height: 40 }

/** Where to open the window: as it was left, as long as a display still shows it. */
export function placeWindow(
  saved: WindowState | null,
  displays: readonly Pick<Display, 'workArea'>[],
  primary: Pick<Display, 'workArea'>,
): Partial<Rectangle> {
  const display = saved && displays.find(({ workArea }) => isWithinReach(saved, workArea))
  // Without a position the system centres it.
  if (!saved || !display) return clampSize(saved ?? USUAL, primary.workArea)
  return { x: saved.x, y: saved.y, ...clampSize(saved, display.workArea) }
}

function clampSize(
  { width, height }: { readonly width: number; readonly height: number },
  area: Rectangle,
): { width: number; height: number } {
  return {
    width: Math.max(SMALLEST.width, Math.min(Math.round(width), area.width)),
    height: Math.max(SMALLEST.height, Math.min(Math.round(height), area.height)),
  }
}

// The upper edge is where a window is taken hold of.
function isWithinReach(window: Rectangle, area: Rectangle): boolean {
  const left = Math.max(window.x, area.x)
  const right = Math.min(window.x + window.width, area.x + area.width)
  return (
    right - left >= GRIP.width &&
    window.y >= area.y - 1 &&
    window.y + GRIP.height <= area.y + area.height
  )
}
