import { expect, test } from 'vitest'
import { areaLines } from '../../../renderer/slaves/area-lines.ts'
import { signsOf } from '../../../renderer/slaves/attach/code-signs.ts'
import { readTags } from '../../../renderer/slaves/attach/tags.ts'
import { type PauseChoice, pauseEnd } from '../../../renderer/slaves/pause-end.ts'

const NOW = Date.parse('2026-03-02T22:30:00')

test.each<[PauseChoice, string, string | null]>([
  ['open', '', null],
  ['half-hour', '', '2026-03-02T23:00:00'],
  ['four-hours', '', '2026-03-03T02:30:00'],
  ['morning', '', '2026-03-03T08:00:00'],
  ['moment', '2026-03-04T18:00', '2026-03-04T18:00:00'],
])('a pause of choice %s %s ends in time', (choice, moment, end) => {
  expect(pauseEnd(choice, NOW, moment)).toBe(end === null ? null : Date.parse(end))
})

test('a moment that is not filled in is none', () => {
  expect(pauseEnd('moment', NOW, '')).toBeNaN()
})

test('a code is read however it is written', () => {
  expect([' 47k-9r2\n', '47K 9R2', '47K9R2EXTRA', '-'].map(signsOf)).toEqual([
    '47K9R2',
    '47K9R2',
    '47K9R2',
    '',
  ])
})

test('tags are parted by commas or spaces, each once', () => {
  expect(readTags(' macos,arm64  fast, macos ')).toEqual(['macos', 'arm64', 'fast'])
})

test('a chart has a gap where nobody measured, and forgets what is older than an hour', () => {
  const minute = 60_000
  const values = [
    { at: NOW - 61 * minute, share: 1 },
    { at: NOW - 30 * minute, share: 0 },
    { at: NOW - 29 * minute, share: 1 },
    { at: NOW - 10 * minute, share: 7 },
  ]
  expect(areaLines(values, NOW, 60, 23)).toEqual(['M30.0 22.0L31.0 2.0', 'M50.0 2.0h1'])
})
