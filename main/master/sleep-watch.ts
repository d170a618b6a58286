import { uptime } from 'node:os'
import { type Clock, every } from './clock.ts'
import type { Moment, Stop } from './model.ts'

export interface SleepWatchOptions {
  readonly clock: Clock
  readonly onSlept: (from: Moment, to: Moment) => void
  /** Ms that stand still, on Linux, while the machine sleeps. */
  readonly monotonic?: () => number
  /** Ms since the machine was started, its sleep included. */
  readonly sinceBoot?: () => number
}

const LOOK_MS = 15_000
// Shorter ones are a busy machine.
const SHORTEST_MS = 30_000

/**
 * Notices that the machine slept. The time of day alone can't tell: somebody may have
 * set it. On Linux the two clocks differ by exactly the sleep; where the monotonic one
 * runs on in a sleep, no timer explains the gap.
 */
export function startSleepWatch(options: SleepWatchOptions): Stop {
  const { clock, onSlept } = options
  const monotonic = options.monotonic ?? (() => performance.now())
  const sinceBoot = options.sinceBoot ?? (() => uptime() * 1000)
  let awake = monotonic()
  let boot = sinceBoot()
  return every(clock, LOOK_MS, () => {
    const awakeMs = monotonic() - awake
    const bootMs = sinceBoot() - boot
    awake += awakeMs
    boot += bootMs
    const sleptMs = Math.round(Math.max(bootMs - awakeMs, awakeMs - LOOK_MS))
    if (sleptMs < SHORTEST_MS) return
    const now = clock.now()
    onSlept(now - sleptMs, now)
  })
}
