import type { Clock } from '../clock.ts'
import type { Data } from '../data/data.ts'
import type { Moment, Slave, Stop } from '../model.ts'
import type { Mq } from '../mq/mq.ts'
import type { Slaves } from './slaves.ts'

export interface OperationsOptions {
  readonly data: Data
  readonly mq: Mq
  readonly clock: Clock
  readonly slaves: Pick<Slaves, 'sendAway' | 'bringBack'>
  /** How long a slave may stay away until that is told; `null` for ever. */
  readonly log: (text: string) => void
  readonly missingAfterMs: (slave: string) => number | null
}

// Timers stand still while a laptop sleeps; the time of day is looked at this often.
const LOOK_MS = 60_000
const RETRY_MS = 1000

/**
 * What was decided about slaves comes to pass by itself: pauses and quarantines
 * end, slaves that drain go when they are idle, and one that stays away is missed.
 */
export function startOperations(options: OperationsOptions): Stop {
  const { data, mq, clock, slaves, missingAfterMs } = options
  const startedAt = clock.now()
  const timers = new Map<string, { readonly due: Moment; cancel: Stop }>()
  for (const slave of data.slaves()) look(slave)
  const unsubscribe = mq.subscribe('slave/changed', look)

  return () => {
    unsubscribe()
    for (const { cancel } of timers.values()) cancel()
    timers.clear()
  }

  function look(slave: Slave) {
    const { name, draining } = slave
    if (!draining) slaves.bringBack(name)
    else if (slave.state === 'online' && slave.building.length === 0) slaves.sendAway(name)
    const due = nextDue(slave)
    const timer = timers.get(name)
    if (timer?.due === due) return
    timer?.cancel()
    timers.delete(name)
    if (due !== undefined) arm(name, due)
  }

  function arm(name: string, due: Moment) {
    const waitMs = Math.min(LOOK_MS, Math.max(0, due - clock.now()))
    const cancel = clock.after(waitMs, () => {
      timers.delete(name)
      if (clock.now() < due) arm(name, due)
      else tryToCome(name)
    })
    timers.set(name, { due, cancel })
  }

  // What is due stays due while it can't be stored.
  function tryToCome(name: string) {
    try {
      come(name)
    } catch (error) {
      options.log(`slave ${name}: ${(error as Error).message}`)
      const due = clock.now() + RETRY_MS
      timers.get(name)?.cancel()
      timers.set(name, { due, cancel: clock.after(RETRY_MS, () => tryToCome(name)) })
    }
  }

  function come(name: string) {
    const slave = data.slave(name)
    if (!slave) return
    const now = clock.now()
    const { paused } = slave
    if (paused && isOver(paused.until, now)) {
      data.unpauseSlave(name)
      data.eventually(() => void data.addEvent('slave-unpaused', name, 'its pause is over'))
    }
    const missing = missingAt(slave)
    if (missing !== undefined && missing <= now) {
      data.setSlaveMissed(name)
      data.eventually(() => void data.addEvent('slave-missing', name, slave.reason))
    }
    // A quarantine that is over is none: everybody has to hear.
    data.announceSlave(name)
    look(data.slave(name)!)
  }

  function nextDue(slave: Slave): Moment | undefined {
    const all = [slave.paused?.until, slave.quarantine?.until, missingAt(slave)]
    const dues = all.filter(due => due !== undefined && due !== null)
    return dues.length === 0 ? undefined : Math.min(...dues)
  }

  // It is missed once; who sent it away does not miss it, and one on demand comes on demand.
  function missingAt(slave: Slave): Moment | undefined {
    const { link, state } = slave
    if (!slave.active || slave.missedAt !== null || slave.draining) return undefined
    if (link.how === 'on-demand' || state === 'online' || state === 'lost') return undefined
    const afterMs = missingAfterMs(slave.name)
    // While no master ran nobody could attach.
    return afterMs === null ? undefined : Math.max(startedAt, link.lastSeenAt ?? 0) + afterMs
  }
}

function isOver(until: Moment | null, now: Moment): boolean {
  return until !== null && until <= now
}
