import { expect, test } from 'vitest'
import { placeAt } from '../../../renderer/waterfall/board-place.ts'

const GUTTER_PX = 216

test('a pointer is over a pin wherever the other columns are scrolled to, and over no column at the times', () => {
  const seen = (x: number, staysPx: number) =>
    placeAt({ staysPx }, bodyScrolledBy(300), 1000, {
      clientX: 20 + GUTTER_PX + x,
      clientY: 130,
    } as MouseEvent)
  expect(seen(50, 104)).toEqual({ x: 50, y: 1030 })
  expect(seen(110, 104)).toEqual({ x: 410, y: 1030 })
  expect(seen(50, 0)).toEqual({ x: 350, y: 1030 })
  expect(seen(-1, 104)).toBeNull()
})

/** The body of a board that begins 20 px from the left and 100 px from the top of the window. */
function bodyScrolledBy(scrollLeft: number): HTMLElement {
  const at = (left: number, top: number) => () => ({ left, top })
  const scroller = { scrollLeft, getBoundingClientRect: at(20, 50) }
  const body = { parentElement: scroller, getBoundingClientRect: at(20 - scrollLeft, 100) }
  return body as unknown as HTMLElement
}
