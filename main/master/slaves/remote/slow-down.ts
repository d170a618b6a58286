import { isIPv6 } from 'node:net'
import type { Clock } from '../../clock.ts'
import type { Moment } from '../../model.ts'

/** Makes guessing slow: what each address may try, and how long it waits for a "no". */
export interface SlowDown {
  /** False: too many tries of this address are under way, for this name or in all. Each that was let in has to be left. */
  enter(address: string, name: string): boolean
  /**
   * Whether one beyond these may be looked at all the same; then it is not to be entered, and is answered at once.
   * A few seconds lie between two of an address, so that guesses are not much more, and a right password
   * comes in between them.
   */
  mayPass(address: string): boolean
  leave(address: string, name: string): void
  /** Notes a wrong password. Returns how long its answer is held back. */
  wrong(address: string): number
  /** Whether this is the first wrong try of the name from there, which is worth a line in the log. */
  isNews(address: string, name: string): boolean
  right(address: string, name: string): void
}

interface Record {
  failures: number
  failedAt: Moment
  /** When one beyond what it may try was looked at. */
  passedAt: Moment
  /** Tries that wait for their answer, by name. */
  readonly underWay: Map<string, number>
  /** Names whose failure was told. */
  readonly told: Set<string>
}

const FIRST_MS = 500
// A stock worker drops the line after 5 s and comes again; it is then held back anew.
const LONGEST_MS = 30_000
const FORGOTTEN_MS = 30 * 60_000
// Four in half a minute: as many again as an address has for one name.
const PASS_MS = 7500
const MOST_OF_A_NAME = 4
const MOST_UNDER_WAY = 16
const MOST_ADDRESSES = 10_000
const MOST_NAMES = 20

/**
 * A wrong password is answered late, later each time, and few can be tried at a time. Several machines may share an
 * address: guesses at one name leave room for the tries of others.
 */
export function createSlowDown(clock: Clock): SlowDown {
  const records = new Map<string, Record>()

  return {
    enter(address, name) {
      const { underWay } = recordOf(address)
      const own = underWay.get(name) ?? 0
      if (own >= MOST_OF_A_NAME || sum(underWay) >= MOST_UNDER_WAY) return false
      underWay.set(name, own + 1)
      return true
    },
    mayPass(address) {
      const record = recordOf(address)
      const now = clock.now()
      // A clock that was put back must not shut the door until it has caught up.
      if (Math.abs(now - record.passedAt) < PASS_MS) return false
      record.passedAt = now
      return true
    },
    leave(address, name) {
      const { underWay } = recordOf(address)
      const own = (underWay.get(name) ?? 0) - 1
      if (own > 0) underWay.set(name, own)
      else underWay.delete(name)
    },
    wrong(address) {
      const record = recordOf(address)
      if (clock.now() - record.failedAt > FORGOTTEN_MS) record.failures = 0
      record.failures++
      record.failedAt = clock.now()
      return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(20, record.failures - 1))
    },
    isNews(address, name) {
      const { told } = recordOf(address)
      if (told.has(name) || told.size >= MOST_NAMES) return false
      told.add(name)
      return true
    },
    // Wrong tries of the same address still count: a slave that comes and goes must not make guessing quick.
    right(address, name) {
      recordOf(address).told.delete(name)
    },
  }

  function recordOf(address: string): Record {
    const key = network(address)
    let record = records.get(key)
    if (record) records.delete(key)
    else
      record = {
        failures: 0,
        failedAt: 0,
        passedAt: Number.NEGATIVE_INFINITY,
        underWay: new Map(),
        told: new Set(),
      }
    // The newest is last, so the first is the one that was quiet for longest.
    records.set(key, record)
    if (records.size > MOST_ADDRESSES) {
      const idle = [...records].find(([, { underWay }]) => underWay.size === 0)
      if (idle) records.delete(idle[0])
    }
    return record
  }
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((all, one) => all + one, 0)
}

// Whoever has an IPv6 address has 2^64 of them.
function network(address: string): string {
  if (!isIPv6(address)) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped) return mapped[1]!
  const [head = '', tail = ''] = address.split('%', 1)[0]!.split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === '' ? [] : tail.split(':')
  const middle = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0')
  return [...first, ...middle, ...last].slice(0, 4).join(':')
}
