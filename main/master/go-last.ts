import { constants, getPriority, setPriority } from 'node:os'

const { PRIORITY_BELOW_NORMAL } = constants.priority

/** Lets builds and windows go before the thread that calls this; where the system can do that for one thread. */
export function goLast(): void {
  // Elsewhere it would be the whole process. Who goes after others already may not go before them.
  if (process.platform === 'linux' && getPriority() < PRIORITY_BELOW_NORMAL)
    setPriority(PRIORITY_BELOW_NORMAL)
}
