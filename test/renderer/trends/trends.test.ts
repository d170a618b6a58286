import { expect, test } from 'vitest'
import type { TrendPoint } from '../../../main/master/db/trends.ts'
import type { BuilderId } from '../../../main/master/model.ts'
import { describeSeries, MEASURES, roundTime, seriesOf } from '../../../renderer/trends/measures.ts'
import { RANGES, rangeIn, rangeOf } from '../../../renderer/ui/range.ts'

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 10, 24, 13, 30)

test('a range out of an address is one of ours, whatever stands there', () => {
  expect(['week', 'all', 'WEEK', '', '7 d', '__proto__', null].map(rangeIn)).toEqual([
    'week',
    'all',
    'month',
    'month',
    'month',
    'month',
    'month',
  ])
})

test('parts end on round moments of the zone and hold now and what is looked for', () => {
  const offsetMs = 5.5 * 3_600_000
  for (const { value } of RANGES) {
    const { from, to, parts, partMs } = rangeOf(value, NOW, offsetMs, NOW - 400 * DAY_MS)
    expect([(to + offsetMs) % partMs, to > NOW, to - NOW <= partMs, to - from]).toEqual([
      0,
      true,
      true,
      parts * partMs,
    ])
  }
  expect(rangeOf('all', NOW, 0, NOW - 4000 * DAY_MS).from).toBeLessThan(NOW - 4000 * DAY_MS)
  expect(rangeOf('all', NOW, 0, NOW - 1000).partMs).toBe(3_600_000)
})

test('a line has a place for each part, with gaps where nothing says anything', () => {
  const point = (builderId: number, part: number, told: number, good: number) =>
    ({ builderId: builderId as BuilderId, part, told, good }) as TrendPoint
  const points = [point(1, 0, 4, 3), point(2, 1, 1, 1), point(1, 2, 0, 0), point(1, 9, 1, 1)]
  const success = MEASURES.find(measure => measure.id === 'success')!
  const values = seriesOf(points, 1 as BuilderId, 4, success)

  expect([values, describeSeries('calc', values, success)]).toEqual([
    [0.75, null, null, null],
    'calc: 75 %',
  ])
  expect(describeSeries('calc', [0.5, null, 1, 0.25], success)).toBe(
    'calc: 25 % lately, between 25 % and 100 %',
  )
  expect(describeSeries('calc', [null], success)).toBe('calc: nothing')
})

test('marks on a scale of time are those that people count in', () => {
  expect([1000, 9000, 45_000, 600_000, 7_000_000, 9 * DAY_MS].map(roundTime)).toEqual([
    200,
    2000,
    10_000,
    120_000,
    1_800_000,
    2 * DAY_MS,
  ])
})
