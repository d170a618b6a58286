import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'

// As `nice` does without a number.
const NICENESS = 10

/** Lets builds and windows go before the thread that calls this; where the system can do that for one thread. */
export function goLast(): void {
  if (process.platform !== 'linux') return
  try {
    const [thread] = readlinkSync('/proc/thread-self').split('/').slice(-1)
    setPriority(Number(thread), NICENESS)
  } catch {
    // Without /proc it goes along with the others.
  }
}
