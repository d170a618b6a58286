import { expect, test } from 'vitest'
import { beyond } from '../../main/master/extent.ts'

const EXTENT = { depth: 3, values: 10 }

test.each<[unknown, string | undefined]>([
  [1, undefined],
  [null, undefined],
  [{ a: [{ b: 1 }] }, undefined],
  [{ a: [{ b: [] }] }, 'is nested more than 3 levels deep'],
  [[1, 2, 3, 4, 5, 6, 7, 8, 9], undefined],
  [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 'holds more than 10 values'],
  [{ a: { a: 1, b: 2, c: 3, d: 4 }, b: [1, 2, 3, 4] }, 'holds more than 10 values'],
])('%j: %s', (value, words) => {
  expect(beyond(value, EXTENT)).toBe(words)
})

test('neither depth nor aliases of aliases cost more than the extent', () => {
  let deep: unknown = 1
  for (let i = 0; i < 1_000_000; i++) deep = [deep]
  let wide: unknown = ['ha']
  for (let i = 0; i < 40; i++) wide = [wide, wide, wide, wide]
  expect(beyond(deep, { depth: 64, values: 100_000 })).toBe('is nested more than 64 levels deep')
  expect(beyond(wide, { depth: 64, values: 100_000 })).toBe('holds more than 100000 values')
})
