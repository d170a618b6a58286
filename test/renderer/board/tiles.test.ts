import { expect, test } from 'vitest'
import type { Build, Builder, BuilderId } from '../../../main/master/model.ts'
import { FAILURE, SUCCESS } from '../../../main/master/results.ts'
import { planWall, type Tile } from '../../../renderer/wall/tiles.ts'

const build = (results: 0 | 2) => ({ results }) as Build

function tiles(n: number, part: (i: number) => Partial<Tile> = () => ({})): Tile[] {
  return Array.from({ length: n }, (_, i) => ({
    builder: { id: (i + 1) as BuilderId, position: i } as Builder,
    look: 'success',
    last: build(SUCCESS),
    red: null,
    running: null,
    waiting: 0,
    ...part(i),
  }))
}

test('what is red stands first, then what runs, each in the order of the builders', () => {
  const wall = planWall(
    tiles(5, i => ({
      ...(i > 2 && { red: { first: build(FAILURE), count: 1, lastGood: null, repaired: null } }),
      ...(i === 1 && { running: {} as Tile['running'] }),
    })),
    1920,
    1000,
  )
  expect(wall.tiles.map(tile => tile.builder.id)).toEqual([4, 5, 2, 1, 3])
})

test.each([1, 2, 3, 5, 8, 20, 41, 200])('%i builders fit, none too small to be read', n => {
  for (const [width, height] of [
    [1920, 1000],
    [1080, 1840],
    [3840, 2000],
    [300, 200],
  ] as const) {
    const { tiles: shown, more, columns, rows } = planWall(tiles(n), width, height)
    const places = shown.length + Number(more > 0)
    expect([shown.length + more, places <= columns * rows]).toEqual([n, true])
    expect(width / columns).toBeGreaterThanOrEqual(Math.min(width, 420))
    if (more === 0 && height > 200) expect(height / rows).toBeGreaterThanOrEqual(170)
  }
})

test('few builders fill the screen', () => {
  expect(planWall(tiles(1), 1920, 1000)).toMatchObject({ columns: 1, rows: 1 })
  expect(planWall(tiles(2), 1920, 1000)).toMatchObject({ columns: 1, rows: 2 })
  expect(planWall([], 1920, 1000)).toMatchObject({ tiles: [], more: 0 })
})
