import { expect, test } from 'vitest'
import type { LinkFacts } from '../../../main/master/data/slaves.ts'
import { startLinkWatch } from '../../../main/master/slaves/link-watch.ts'
import { later } from '../../helpers/cleanup.ts'
import { createFakeClock } from '../../helpers/clock.ts'

test('latency, throughput and the last word of each link are kept', () => {
  const clock = createFakeClock(0)
  const stats = { latencyMs: null as number | null, receivedBytes: 1000, silentMs: () => 200 }
  const heard: Partial<LinkFacts>[] = []
  const data = { setSlaveLink: (_: string, facts: Partial<LinkFacts>) => void heard.push(facts) }
  let current = stats
  later(startLinkWatch({ data, clock, links: () => [['mini', current]] }))
  clock.advance(15_000)
  Object.assign(stats, { receivedBytes: 31_000, latencyMs: 12 })
  clock.advance(15_000)
  // Another link counts from nothing.
  current = { ...stats, receivedBytes: 10 }
  clock.advance(15_000)
  expect(heard).toEqual([
    { lastSeenAt: 14_800 },
    { lastSeenAt: 29_800, latencyMs: 12, bytesPerSecond: 2000 },
    { lastSeenAt: 44_800, latencyMs: 12 },
  ])
})
