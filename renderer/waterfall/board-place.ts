import { GUTTER_PX } from './gutter-sizes.ts'
import type { Model } from './model.ts'

/** A place of the board, in px of columns and axis. */
export interface Place {
  readonly x: number
  readonly y: number
}

/**
 * What of the columns is seen at a place of the window: the pins stay where they are while the others are scrolled.
 * Below 0 it is over the times.
 */
export function columnsPx(
  { staysPx }: Pick<Model, 'staysPx'>,
  scroller: Pick<HTMLElement, 'getBoundingClientRect' | 'scrollLeft'>,
  clientX: number,
): number {
  const inSight = clientX - scroller.getBoundingClientRect().left - GUTTER_PX
  return inSight < staysPx ? inSight : inSight + scroller.scrollLeft
}

/**
 * The place of the board below a pointer; none over the times.
 *
 * @param body Of the board, within what is scrolled.
 * @param top Of the view, in px of the axis.
 */
export function placeAt(
  model: Pick<Model, 'staysPx'>,
  body: HTMLElement,
  top: number,
  { clientX, clientY }: MouseEvent,
): Place | null {
  const x = columnsPx(model, body.parentElement!, clientX)
  return x < 0 ? null : { x, y: top + clientY - body.getBoundingClientRect().top }
}

/** A press that moves less is a click. */
const CLICK_PX = 4

/** Hears clicks, and not the ends of drags. Returns its end. */
export function hearClicks(element: HTMLElement, hear: (event: MouseEvent) => void): () => void {
  let pressed = { x: 0, y: 0 }
  const onDown = (event: PointerEvent) => {
    pressed = { x: event.clientX, y: event.clientY }
  }
  const onClick = (event: MouseEvent) => {
    if (Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) <= CLICK_PX) hear(event)
  }
  element.addEventListener('pointerdown', onDown)
  element.addEventListener('click', onClick)
  return () => {
    element.removeEventListener('pointerdown', onDown)
    element.removeEventListener('click', onClick)
  }
}
