import { expect, test } from 'vitest'
import { LINE_PX, logScroll } from '../../../renderer/logs/log-scroll.ts'

test('a short log scrolls px by px', () => {
  const scroll = logScroll(1000, 600)
  expect([
    scroll.height,
    scroll.scaled,
    scroll.rowAt(LINE_PX * 10),
    scroll.scrollTopOf(10),
  ]).toEqual([1000 * LINE_PX, false, 10, 10 * LINE_PX])
})

test.each([2_000_000, 50_000_000])(
  'of %i lines every line can be reached, and the ends are the ends',
  lineCount => {
    const view = 720
    const scroll = logScroll(lineCount, view)
    const end = scroll.height - view
    expect(scroll.scaled).toBe(true)
    expect(scroll.rowAt(0)).toBe(0)
    expect(scroll.rowAt(end)).toBeCloseTo(lineCount - view / LINE_PX)
    for (const line of [0, 17, lineCount / 2, lineCount - 100])
      expect(Math.abs(scroll.rowAt(scroll.scrollTopOf(line)) - line)).toBeLessThan(1)
  },
)

test.each([10, 1000, 50_000_000])(
  'of %i wrapped lines the last can be scrolled to the top',
  rowCount => {
    const scroll = logScroll(rowCount, 720, true)
    expect(scroll.lastTop).toBeCloseTo(rowCount - 1)
    expect(scroll.rowAt(scroll.scrollTopOf(rowCount - 1))).toBeCloseTo(rowCount - 1, 1)
    expect(scroll.height).toBeLessThan(30_000_000)
  },
)
