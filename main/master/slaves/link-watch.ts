import type { LinkStats } from '../../../slave/protocol/link.ts'
import { type Clock, every } from '../clock.ts'
import type { Data } from '../data/data.ts'
import type { Stop } from '../model.ts'

export interface LinkWatchOptions {
  readonly data: Pick<Data, 'setSlaveLink'>
  readonly clock: Clock
  /** The links there are, by the names of their slaves. */
  readonly links: () => Iterable<readonly [slave: string, stats: LinkStats]>
}

const LOOK_MS = 15_000

/** Keeps latency, throughput and the moment of the last word of each slave that is linked. */
export function startLinkWatch({ data, clock, links }: LinkWatchOptions): Stop {
  const before = new Map<string, { readonly stats: LinkStats; bytes: number; at: number }>()

  return every(clock, LOOK_MS, () => {
    const now = clock.now()
    for (const [slave, stats] of links()) {
      const last = before.get(slave)
      // Of another link nothing is known that could be compared.
      const known = last?.stats === stats && now > last.at ? last : undefined
      const bytes = stats.receivedBytes
      before.set(slave, { stats, bytes, at: now })
      data.setSlaveLink(slave, {
        lastSeenAt: now - Math.round(stats.silentMs()),
        ...(stats.latencyMs !== null && { latencyMs: stats.latencyMs }),
        ...(known && {
          bytesPerSecond: Math.round(((bytes - known.bytes) * 1000) / (now - known.at)),
        }),
      })
    }
  })
}
