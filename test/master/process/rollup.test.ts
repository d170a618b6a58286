import { expect, test } from 'vitest'
import { rollUp } from '../../../main/master/process/rollup.ts'
import { RESULT_NAMES, type Result, worst } from '../../../main/master/results.ts'

const USUAL = {
  haltOnFailure: true,
  flunkOnFailure: true,
  flunkOnWarnings: false,
  warnOnFailure: false,
  warnOnWarnings: true,
}
const S = 0
const W = 1
const F = 2
const SKIPPED = 3
const E = 4
const R = 5
const C = 6

test.each<[string, Partial<typeof USUAL>, Result, Result, Result, boolean]>([
  // what, flags, the build so far, the step, the build after it, whether it halts
  ['a good step', {}, S, S, S, false],
  ['a good step after a warning', {}, W, S, W, false],
  ['a skipped step', {}, S, SKIPPED, S, false],
  ['a warning', {}, S, W, W, false],
  ['a warning that does not count', { warnOnWarnings: false }, S, W, S, false],
  ['a warning that fails the build', { flunkOnWarnings: true }, S, W, F, false],
  ['a failure', {}, S, F, F, true],
  ['a failure that does not halt', { haltOnFailure: false }, S, F, F, false],
  ['a failure that is a warning', { flunkOnFailure: false, warnOnFailure: true }, S, F, W, true],
  ['a failure that is nothing', { flunkOnFailure: false, haltOnFailure: false }, S, F, S, false],
  ['a failure with both flags', { warnOnFailure: true }, S, F, F, true],
  ['a failure after a warning', {}, W, F, F, true],
  ['a warning after a failure', {}, F, W, F, false],
  ['an exception', { haltOnFailure: false, flunkOnFailure: false }, S, E, E, true],
  ['an exception after a failure', {}, F, E, E, true],
  ['a failure after an exception', {}, E, F, E, true],
  ['a lost slave', {}, F, R, R, true],
  ['a stop', {}, E, C, C, true],
])('%s', (_, flags, soFar, step, results, halt) => {
  expect(rollUp(soFar, step, { ...USUAL, ...flags })).toEqual({ results, halt })
})

test('the worse of two results is the same whichever comes first', () => {
  const results = Object.keys(RESULT_NAMES).map(Number) as Result[]
  const mildestFirst = results.toSorted((a, b) => (worst(a, b) === b ? -1 : 1))
  const uneven = results.flatMap(a => results.filter(b => worst(a, b) !== worst(b, a)))
  expect([uneven, mildestFirst]).toEqual([[], [SKIPPED, S, W, F, E, R, C]])
})
