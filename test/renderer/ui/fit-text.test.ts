import { expect, test } from 'vitest'
import { fitText } from '../../../renderer/ui/fit-text.ts'

/** Each sign is so wide, however many units it has. */
const SIGN_PX = 10

test('as much of a text is left as there is room for, and no sign is cut in two', () => {
  const { pen } = newPen()
  expect(fitText(pen, 'builder', 70)).toBe('builder')
  expect(fitText(pen, 'builder', 69)).toBe('build…')
  expect(fitText(pen, '🚀🚀🚀🚀', 30)).toBe('🚀🚀…')
  expect(fitText(pen, 'builder', 19)).toBe('')
})

test('a text of any length is measured a few times', () => {
  const { pen, measured } = newPen()
  expect(fitText(pen, 'x'.repeat(10_000), 100)).toBe(`${'x'.repeat(9)}…`)
  expect(measured()).toBeLessThan(20)
})

function newPen() {
  let count = 0
  const measureText = (text: string) => {
    count++
    return {
      width: SIGN_PX * [...text].length,
      fontBoundingBoxAscent: 9,
      fontBoundingBoxDescent: 3,
    }
  }
  return { pen: { font: '11px Sans', measureText }, measured: () => count }
}
