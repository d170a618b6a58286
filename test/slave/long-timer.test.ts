import { expect, test, vi } from 'vitest'
import { startLimits } from '../../slave/commands/limits.ts'
import { after } from '../../slave/long-timer.ts'
import { later } from '../helpers/cleanup.ts'

const DAY_MS = 86_400_000

test('a timer may be longer than those of Node, and can be stopped', () => {
  vi.useFakeTimers()
  later(() => vi.useRealTimers())
  const fired: string[] = []
  after(60 * DAY_MS, () => fired.push('sixty days'))
  after(1000, () => fired.push('a second'))
  const stop = after(40 * DAY_MS, () => fired.push('never'))
  vi.advanceTimersByTime(26 * DAY_MS)
  stop()
  expect(fired).toEqual(['a second'])
  vi.advanceTimersByTime(34 * DAY_MS - 1)
  expect(fired).toEqual(['a second'])
  vi.advanceTimersByTime(1)
  expect(fired).toEqual(['a second', 'sixty days'])
})

test('limits of a month wait, and do not look each millisecond', () => {
  const timers = vi.spyOn(globalThis, 'setTimeout')
  later(() => timers.mockRestore())
  const month = 30 * 24 * 3600
  const limits = startLimits({ timeout: month, maxTime: month }, () => {})
  limits.stop()
  expect(timers.mock.calls.map(([, ms]) => ms)).toEqual([2 ** 31 - 1, 2 ** 31 - 1])
})
