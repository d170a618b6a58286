import type { Stop } from '../master/model.ts'

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

export interface StopListener {
  /** The first signal. */
  stop(signal: StopSignal): void
  /** One that came later, of its own. */
  again?(signal: StopSignal): void
}

const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP']
/** npm's end is noticed by a look every half second; see scripts/lib.mjs. */
const ONE_WISH_MS = 2000

/**
 * Listens to what asks this process to stop.
 *
 * One wish comes as several signals: a terminal and systemd signal every process of a group, and each
 * script between them and us passes on what it gets. All of them are one.
 */
export function onStopSignals(
  { stop, again }: StopListener,
  events: NodeJS.EventEmitter = process,
  now: () => number = () => performance.now(),
): Stop {
  let first: number | undefined
  const listen = (signal: StopSignal) => {
    if (first === undefined) {
      first = now()
      stop(signal)
    } else if (now() - first > ONE_WISH_MS) again?.(signal)
  }
  for (const signal of SIGNALS) events.on(signal, listen)
  return () => {
    for (const signal of SIGNALS) events.off(signal, listen)
  }
}
