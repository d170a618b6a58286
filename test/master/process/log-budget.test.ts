import { expect, test } from 'vitest'
import { createLogBudget } from '../../../main/master/process/log-budget.ts'

test('a step keeps three quarters for its beginning, and its end is kept beside', () => {
  const budget = createLogBudget('step', 1000, 0)
  expect([budget.take(700), budget.take(100), budget.take(100)]).toEqual([
    undefined,
    { keep: 50, tail: 250, why: 'a step may keep 1KB of log (maxLog)' },
    { keep: 0, tail: 250, why: 'a step may keep 1KB of log (maxLog)' },
  ])
})

test('what was written before counts, and of a large log only the end is kept', () => {
  const budget = createLogBudget('step', 256e6, 255e6)
  expect(budget.take(1e6)).toMatchObject({ keep: 1e6 - 256 * 1024, tail: 256 * 1024 })
})

test('the steps of a build share what the build may keep', () => {
  const build = createLogBudget('build', 4000, 0)
  const [a, b] = [createLogBudget('step', null, 0, build), createLogBudget('step', 2000, 0, build)]
  expect([a.take(2500), b.take(400), b.take(400)]).toEqual([
    undefined,
    undefined,
    { keep: 100, tail: 1000, why: 'a build may keep 4KB of log (maxLog)' },
  ])
})
