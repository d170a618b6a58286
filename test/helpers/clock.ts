import type { Clock } from '../../main/master/clock.ts'
import type { Stop } from '../../main/master/model.ts'

export interface FakeClock extends Clock {
  /** Lets time pass: what falls due runs in order, each at its own moment. */
  advance(ms: number): void
  /** Lets the machine sleep: the time of day goes on, and timers stand still. */
  sleep(ms: number): void
  /** How many timers wait; none may be left by what was stopped. */
  readonly waiting: number
}

/** A clock that stands still until it is told otherwise. */
export function createFakeClock(start: number | string = '2026-03-02T10:00:00'): FakeClock {
  let now = typeof start === 'number' ? start : Date.parse(start)
  let last = 0
  const timers = new Map<number, { readonly at: number; readonly then: () => void }>()

  return {
    now: () => now,
    after(delayMs, then): Stop {
      const id = ++last
      timers.set(id, { at: now + Math.max(0, delayMs), then })
      return () => void timers.delete(id)
    },
    advance(ms) {
      const until = now + ms
      for (let due = next(until); due !== undefined; due = next(until)) {
        const { at, then } = timers.get(due)!
        timers.delete(due)
        now = Math.max(now, at)
        then()
      }
      now = until
    },
    sleep(ms) {
      now += ms
      for (const [id, { at, then }] of timers) timers.set(id, { at: at + ms, then })
    },
    get waiting() {
      return timers.size
    },
  }

  function next(until: number): number | undefined {
    const due = [...timers].filter(([, { at }]) => at <= until)
    return due.sort(([a, x], [b, y]) => x.at - y.at || a - b)[0]?.[0]
  }
}
