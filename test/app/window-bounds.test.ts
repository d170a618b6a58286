import { expect, test } from 'vitest'
import { placeWindow } from '../../main/app/window-bounds.ts'

const display = (x: number, y: number, width: number, height: number) => ({
  workArea: { x, y, width, height },
})
const primary = display(0, 25, 1440, 875)
const beside = display(1440, 0, 1920, 1080)
const saved = (x: number, y: number, width = 1000, height = 700) => ({
  ...{ x, y, width, height },
  maximized: false,
})

test('a first window has a size and lets the system centre it', () => {
  expect(placeWindow(null, [primary], primary)).toEqual({ width: 1280, height: 820 })
  expect(placeWindow(null, [], display(0, 0, 1024, 600))).toEqual({ width: 1024, height: 600 })
})

test('a window comes back where it was', () => {
  expect(placeWindow(saved(100, 80), [primary], primary)).toEqual({
    ...{ x: 100, y: 80, width: 1000, height: 700 },
  })
  expect(placeWindow(saved(2000, 10), [primary, beside], primary)).toMatchObject({ x: 2000 })
})

test('a window of a display that is gone keeps its size and is centred', () => {
  expect(placeWindow(saved(2000, 10), [primary], primary)).toEqual({ width: 1000, height: 700 })
})

test.each([
  ['far to the left', saved(-950, 100)],
  ['above', saved(100, -300)],
  ['so low that only its title is cut', saved(100, 880)],
])('a window that stands %s can not be taken hold of', (_where, window) => {
  expect(placeWindow(window, [primary], primary)).toEqual({ width: 1000, height: 700 })
})

test('a window is never larger than its display, nor smaller than what can be used', () => {
  expect(placeWindow(saved(0, 25, 4000, 3000), [primary], primary)).toEqual({
    ...{ x: 0, y: 25, width: 1440, height: 875 },
  })
  expect(placeWindow(saved(0, 25, 200, 10), [primary], primary)).toEqual({
    ...{ x: 0, y: 25, width: 480, height: 360 },
  })
})
