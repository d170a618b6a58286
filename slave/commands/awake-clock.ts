const TICK_MS = 5000
// Nothing but a sleep holds a process up for this long.
const SLEEP_MS = 15_000

export interface AwakeClock {
  /** Ms that only go on while the machine is awake. */
  now(): number
  stop(): void
}

/**
 * A clock for time limits. Linux' monotonic clock stands still while the machine
 * sleeps, but not that of every system: a gap that no tick explains is a sleep, and is
 * taken out. A build must not fail because a lid was closed.
 */
export function startAwakeClock(monotonic: () => number = () => performance.now()): AwakeClock {
  let sleptMs = 0
  let last = monotonic()
  const timer = setInterval(look, TICK_MS)
  timer.unref()
  return {
    now() {
      look()
      return last - sleptMs
    },
    stop: () => clearInterval(timer),
  }

  function look() {
    const now = monotonic()
    if (now - last > SLEEP_MS) sleptMs += now - last
    last = now
  }
}
