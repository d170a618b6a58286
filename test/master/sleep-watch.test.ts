import { expect, test } from 'vitest'
import { startSleepWatch } from '../../main/master/sleep-watch.ts'
import { createFakeClock } from '../helpers/clock.ts'

const HOURS = 3_600_000

/** @param runsOn Whether the monotonic clock goes on while the machine sleeps. */
function watching(runsOn: boolean) {
  const clock = createFakeClock()
  const start = clock.now()
  let awakeMs = 0
  let bootMs = 0
  const sleeps: (readonly [from: number, to: number])[] = []
  startSleepWatch({
    clock,
    monotonic: () => awakeMs,
    sinceBoot: () => bootMs,
    onSlept: (from, to) => sleeps.push([from - start, to - start]),
  })
  return {
    sleeps,
    pass(ms: number) {
      for (let passed = 0; passed < ms; passed += 1000) {
        awakeMs += 1000
        bootMs += 1000
        clock.advance(1000)
      }
    },
    sleep(ms: number) {
      bootMs += ms
      if (runsOn) awakeMs += ms
      clock.sleep(ms)
    },
    set(ms: number) {
      clock.sleep(ms)
    },
  }
}

test.each([false, true])('a sleep is noticed (monotonic clock runs on in it: %s)', runsOn => {
  const { sleeps, pass, sleep } = watching(runsOn)

  pass(60_000)
  sleep(8 * HOURS)
  pass(60_000)

  expect(sleeps).toHaveLength(1)
  const [from, to] = sleeps[0]!
  expect(to - from).toBe(8 * HOURS)
  expect(from).toBeGreaterThanOrEqual(60_000)
  expect(from).toBeLessThanOrEqual(75_000)
})

test('a clock that is set forward or back is no sleep', () => {
  const { sleeps, pass, set } = watching(false)

  pass(60_000)
  set(40 * 60_000)
  pass(60_000)
  set(-2 * HOURS)
  pass(60_000)

  expect(sleeps).toEqual([])
})
