import { expect, test } from 'vitest'
import { startAwakeClock } from '../../../slave/commands/awake-clock.ts'

test('eight hours of sleep are not time that a command took', () => {
  let monotonic = 1000
  const clock = startAwakeClock(() => monotonic)
  const before = clock.now()

  monotonic += 4000
  const awake = clock.now() - before
  monotonic += 8 * 3_600_000
  const asleep = clock.now() - before
  monotonic += 2000
  const again = clock.now() - before
  clock.stop()

  expect([awake, asleep, again]).toEqual([4000, 4000, 6000])
})
