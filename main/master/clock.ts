import type { Moment, Stop } from './model.ts'

/** Time as the master sees it; tests pass one that they advance by hand. */
export interface Clock {
  now(): Moment
  /** Calls `then` once after `delayMs`, unless stopped before. */
  after(delayMs: number, then: () => void): Stop
}

// setTimeout takes a signed 32-bit number and fires at once beyond it.
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, then) {
    let timer: NodeJS.Timeout
    const arm = (leftMs: number) => {
      const partMs = Math.min(leftMs, LONGEST_TIMER_MS)
      timer = setTimeout(() => (leftMs > partMs ? arm(leftMs - partMs) : then()), partMs)
    }
    arm(Math.max(0, delayMs))
    return () => clearTimeout(timer)
  },
}

/** Calls `tick` every `periodMs` until stopped. Periods do not pile up when one runs late. */
export function every(clock: Clock, periodMs: number, tick: () => void): Stop {
  let stop: Stop
  const next = () => {
    stop = clock.after(periodMs, () => {
      next()
      tick()
    })
  }
  next()
  return () => stop()
}
