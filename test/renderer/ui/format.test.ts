import { expect, test } from 'vitest'
import {
  bytes,
  duration,
  fineDuration,
  initials,
  roughly,
  shortRevision,
  when,
} from '../../../renderer/ui/format.ts'

test.each([
  [0, '0:00'],
  [42_400, '0:42'],
  [125_000, '2:05'],
  [956_000, '15 min 56 s'],
  [7_500_000, '2 h 5 min'],
  [260_000_000, '3 d 0 h'],
])('%i ms is %s', (ms, words) => expect(duration(ms)).toBe(words))

test.each([
  [42_000, '42 s'],
  [900_000, '15 min'],
  [7_200_000, '2 h'],
  [260_000_000, '3 d'],
])('%i ms is roughly %s', (ms, words) => expect(roughly(ms)).toBe(words))

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1500, '1.5 kB'],
  [2_100_000, '2.1 MB'],
  [84_000_000_000, '84 GB'],
])('%i bytes are %s', (count, words) => expect(bytes(count)).toBe(words))

test.each([
  ['Mira Kovač <mira@example.org>', 'MK'],
  ['ada', 'A'],
  ['رنا سالم', 'رس'],
  ['', '?'],
  ['first.last@example.org', 'FO'],
])('%s is %s', (who, letters) => expect(initials(who)).toBe(letters))

test('a revision of git is shortened, another is not', () => {
  expect([
    shortRevision('f'.repeat(40)),
    shortRevision('v1.2.3-release'),
    shortRevision(null),
  ]).toEqual(['fffffff', 'v1.2.3-release', ''])
})

test('what is shorter than ten seconds is told finer', () => {
  expect([0, 0.4, 340, 999.7, 4200, 9949, 9960, 75_000].map(fineDuration)).toEqual([
    '0 s',
    '0 s',
    '340 ms',
    '1.0 s',
    '4.2 s',
    '9.9 s',
    '0:10',
    '1:15',
  ])
})

test('a moment of another year is told with the year, and one of this year without', () => {
  const now = new Date(2026, 10, 30, 12).getTime()
  const [later, soon] = [new Date(2029, 11, 4, 3), new Date(2026, 11, 4, 3)].map(one =>
    when(one.getTime(), now),
  )
  expect([later!.includes('2029'), soon!.includes('2026')]).toEqual([true, false])
})
