import { statfs } from 'node:fs/promises'
import { cpus, loadavg, totalmem } from 'node:os'
import { usedMemory } from './memory.ts'
import { asMap, asNumber, type Fields } from './protocol/parse.ts'
import { findTools, knownTools, type Tools } from './tools.ts'

/** How this machine fares, and what it has: told to the master now and then. */
export interface Health {
  /** What is known at once, for the worker info. */
  facts(): Fields
  /** Tells the master on this link until it ends. */
  attach(request: (op: string, fields: Fields) => Promise<unknown>, ended: Promise<unknown>): void
}

export interface HealthOptions {
  readonly basedir: string
  /** In which steps look for programs. */
  readonly environment: Readonly<Record<string, string>>
  readonly everyMs?: number
}

const EVERY_MS = 15_000
// The second report brings what the first one's round trip told of the clock.
const SECOND_MS = 1000
// The search must not slow an attach, nor a first build.
const SEARCH_MS = 1000
const SEARCH_AGAIN_MS = 15 * 60_000

export function createHealth(options: HealthOptions): Health {
  const { basedir, environment, everyMs = EVERY_MS } = options
  let tools: Tools | undefined = knownTools(basedir)
  let searchedAt = Number.NEGATIVE_INFINITY
  let searching: Promise<void> | undefined
  const busy = cpuMeter()

  return {
    facts: () => (tools ? { tools } : {}),
    attach(request, ended) {
      let over = false
      let told: Tools | undefined = tools
      let clock: Clock | undefined
      let timer: NodeJS.Timeout
      void ended.then(() => {
        over = true
        clearTimeout(timer)
      })
      void report(SECOND_MS)
      const first = setTimeout(() => void search(), SEARCH_MS)
      first.unref()

      async function report(nextMs: number) {
        const vitals = await measure(basedir, busy)
        if (over) return
        const news = tools !== told && tools
        const measured = clock && {
          clock: { offset_ms: clock.offsetMs, round_trip_ms: clock.tripMs },
        }
        try {
          const at = Date.now()
          const begun = performance.now()
          const answer = await request('vitals', {
            at,
            ...vitals,
            ...measured,
            ...(news && { tools }),
          })
          clock = readClock(answer, at, performance.now() - begun)
          if (news) told = news
        } catch {
          // The link has ended, or the master takes no vitals: it is not asked again what it thinks.
        }
        if (over) return
        timer = setTimeout(() => {
          if (performance.now() - searchedAt > SEARCH_AGAIN_MS) void search()
          void report(everyMs)
        }, nextMs)
        timer.unref()
      }

      // What is found is told at once: builds may wait for it.
      async function search() {
        if (over) return
        searchedAt = performance.now()
        searching ??= findTools({ env: environment, folder: basedir, now: Date.now() }).then(
          found => {
            searching = undefined
            if (JSON.stringify(found) !== JSON.stringify(tools)) tools = found
          },
        )
        await searching
        if (over || tools === told) return
        clearTimeout(timer)
        void report(everyMs)
      }
    },
  }
}

interface Clock {
  /** How far ours is ahead of the master's. */
  readonly offsetMs: number
  readonly tripMs: number
}

// The master's clock was read half a round trip ago, give or take half a round trip.
function readClock(answer: unknown, sentAt: number, tripMs: number): Clock {
  const masterAt = asNumber(asMap(answer, 'the answer').at, 'at')
  return { offsetMs: sentAt + tripMs / 2 - masterAt, tripMs }
}

async function measure(basedir: string, busy: () => number | null): Promise<Fields> {
  const total = totalmem()
  return {
    load: process.platform === 'win32' ? null : loadavg()[0],
    cpu_percent: busy(),
    memory_used_bytes: await usedMemory(),
    memory_total_bytes: total,
    disk_free_bytes: await statfs(basedir).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => null,
    ),
  }
}

/** How busy the processors were since the last call; `null` at the first. */
function cpuMeter(): () => number | null {
  let before: { idle: number; all: number } | undefined
  return () => {
    const now = { idle: 0, all: 0 }
    for (const { times } of cpus()) {
      now.idle += times.idle
      now.all += times.user + times.nice + times.sys + times.idle + times.irq
    }
    const last = before
    before = now
    if (!last || now.all <= last.all) return null
    return Math.round(100 * (1 - (now.idle - last.idle) / (now.all - last.all)))
  }
}
