import { expect, test } from 'vitest'
import { loadBars } from '../../../renderer/slaves/load-bars.ts'

const HOUR = 3_600_000
const range = { from: 0, to: 4 * HOUR, parts: 4, partMs: HOUR }
const load = (part: number, busyMs: number, slave = 'mini') => ({ slave, part, busyMs, builds: 2 })

test('a slave is as busy as its slots are; the part that goes on counts as far as it has gone', () => {
  const loads = [load(0, HOUR), load(3, HOUR / 2), load(1, HOUR, 'other')]
  const { bars, share, builds, busiest } = loadBars(
    loads,
    { name: 'mini', maxBuilds: 2 },
    range,
    3.5 * HOUR,
  )
  expect([bars.map(bar => bar.share), share, builds, busiest?.from]).toEqual([
    [0.5, 0, 0, 0.5],
    1.5 / 7,
    4,
    0,
  ])
})

test('a slave that built nothing, or that says it has no slots, has no share above all of it', () => {
  expect(loadBars([], { name: 'mini', maxBuilds: 0 }, range, HOUR)).toMatchObject({
    share: 0,
    busiest: null,
  })
  expect(
    loadBars([load(0, 9 * HOUR)], { name: 'mini', maxBuilds: 0 }, range, HOUR).bars[0]!.share,
  ).toBe(1)
})
