import { expect, test } from 'vitest'
import type { Build } from '../../../main/master/model.ts'
import { madeBoxes } from '../../../renderer/waterfall/boxes.ts'
import type { Box, Column } from '../../../renderer/waterfall/model.ts'
import { boxAt, MOST_BOXES, nearestBoxes } from '../../../renderer/waterfall/nearest-boxes.ts'

const COLUMN_PX = 40
const ROWS = 30

test('of more boxes than the page holds, those around a place are in it, and each that is needed', () => {
  const needed = new Set([0, 5 * ROWS])
  const shown = nearestBoxes(columns(10), 0, 10_000, { x: 8 * COLUMN_PX, y: 0 }, isIn(needed))
  const counts = [...shown].map(([{ x }, boxes]) => [x / COLUMN_PX, boxes.length])
  expect(counts.toSorted((a, b) => a[0]! - b[0]!)).toEqual([
    [0, 1],
    [5, 1],
    [6, 12],
    [7, ROWS],
    [8, ROWS],
  ])
  // With a row for each of three columns.
  expect(3 + 12 + ROWS + ROWS).toBe(MOST_BOXES)
})

test('of one column that is more than the page holds, they are those near the place', () => {
  const [column] = columns(1, 200)
  const shown = nearestBoxes([column!], 0, 10_000, { x: 0, y: 2000 }, () => false).get(column!)!
  expect([shown.length, shown[0]!.top, shown.at(-1)!.top]).toEqual([MOST_BOXES - 1, 1260, 2720])
})

test('the box at a place is found, and none beside it', () => {
  const all = columns(3)
  const found = boxAt(all, { x: 2 * COLUMN_PX + 5, y: 25 })
  expect([found?.column, found?.box.build.id]).toEqual([all[2], 2 * ROWS + 1])
  expect(boxAt(all, { x: 2 * COLUMN_PX + COLUMN_PX - 1, y: 25 })).toBeUndefined()
})

function columns(count: number, rows = ROWS): Column[] {
  return Array.from({ length: count }, (_, i) => {
    const boxes = Array.from({ length: rows }, (_, row) => {
      const build = { id: i * rows + row } as Build
      return { build, x: 2, width: COLUMN_PX - 6, top: row * 20, height: 19 } as unknown as Box
    })
    return { x: i * COLUMN_PX, width: COLUMN_PX, boxes: madeBoxes(boxes) } as unknown as Column
  })
}

function isIn(ids: ReadonlySet<number>) {
  return (box: Box) => ids.has(box.build.id)
}
