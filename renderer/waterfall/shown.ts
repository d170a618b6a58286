import type { Scene } from './paint.ts'

/** What of the waterfall is in sight. */
export interface Shown extends Omit<Scene, 'palette'> {
  readonly now: number
}

let shown: Shown | null = null

export function show(scene: Shown | null): void {
  shown = scene
}

/** `null` where another view is open. */
export function readShown(): Shown | null {
  return shown
}
