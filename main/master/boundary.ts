import type { Clock } from './clock.ts'

/** Told of a fault of work that nobody waits for, and that goes on all the same. */
export type OnFault = (error: unknown) => void

/**
 * A clock whose timers can't end the master: what they throw is told, and the next one comes.
 * A failing write is the everyday case, since disks get full and files get locked.
 */
export function guardClock(clock: Clock, onFault: OnFault): Clock {
  return {
    now: () => clock.now(),
    after: (delayMs, then) =>
      clock.after(delayMs, () => {
        try {
          then()
        } catch (error) {
          onFault(error)
        }
      }),
  }
}

/** Lets work go on that nobody waits for. Its fault is told, and ends nobody. */
export function alone(work: Promise<unknown>, onFault: OnFault): void {
  work.catch(onFault)
}
