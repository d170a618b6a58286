import { expect, test } from 'vitest'
import type { TestRun } from '../../../main/master/db/test-history.ts'
import { flakyWords, recentWords, sinceWords } from '../../../renderer/tests/test-words.ts'

// Newest first, as the master tells them.
const runs = (letters: string) =>
  [...letters].map((letter, i) => {
    const number = letters.length - i
    const outcome = letter === 'f' ? 'failed' : letter === 's' ? 'skipped' : 'passed'
    return { build: { id: number, number }, outcome } as unknown as TestRun
  })

test.each([
  ['ffpp', 'fails since #3, in 2 builds'],
  ['ppf', 'passes since #2, in 2 builds'],
  ['sfp', 'fails since #2, in 1 build'],
  ['ppp', 'passed in all 3 builds that are known'],
  ['ff', 'fails since #1, in 2 builds'],
  ['ss', 'is skipped'],
  ['', 'has not run'],
])('runs %s: it %s', (letters, words) => expect(sinceWords(runs(letters))).toBe(words))

test('why a test is flaky is said, and nothing of one that is not', () => {
  expect([
    flakyWords({ mixed: 1, flips: 9 }),
    flakyWords({ mixed: 3, flips: 9 }),
    flakyWords({ mixed: 0, flips: 5 }),
    flakyWords({ mixed: 0, flips: 2 }),
    recentWords('pfp'),
  ]).toEqual([
    'passed and failed on one revision',
    'passed and failed on 3 revisions',
    'changed its mind 5 times',
    '',
    '3 runs, 1 failed',
  ])
})
