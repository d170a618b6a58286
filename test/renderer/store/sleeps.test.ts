import { expect, test } from 'vitest'
import type { MasterEvent } from '../../../renderer/bridge.ts'
import { asleepMs, sleepsOf } from '../../../renderer/store/sleeps.ts'

const event = (kind: string, subject: string, detail: string) =>
  ({ id: 1, at: 0, kind, subject, detail }) as MasterEvent

test('what was slept of a stretch is counted, and nothing else', () => {
  const sleeps = sleepsOf([
    event('machine-slept', '1000', '500'),
    event('slave-attached', 'local', ''),
    event('machine-slept', '3000', '1000'),
  ])

  expect([
    asleepMs(sleeps, 0, 10_000),
    asleepMs(sleeps, 1200, 3500),
    asleepMs(sleeps, 1500, 3000),
  ]).toEqual([1500, 800, 0])
})
