import { isIPv6 } from 'node:net'
import type { Clock } from '../../clock.ts'
import type { Moment } from '../../model.ts'

/** Makes guessing slow: what each address may try, and how long it waits for a "no". */
export interface SlowDown {
  /** False: too many of this address's tries are under way. Each that was let in has to be left. */
  enter(address: string): boolean
  leave(address: string): void
  /** Notes a wrong password. Returns how long its answer is held back. */
  wrong(address: string): number
  /** Whether this is the first wrong try of the name from there, which is worth a line in the log. */
  isNews(address: string, name: string): boolean
  right(address: string, name: string): void
}

interface Record {
  failures: number
  failedAt: Moment
  underWay: number
  /** Names whose failure was told. */
  readonly told: Set<string>
}

const FIRST_MS = 500
// A stock worker drops the line after 5 s and comes again; it is then held back anew.
const LONGEST_MS = 30_000
const FORGOTTEN_MS = 30 * 60_000
const MOST_UNDER_WAY = 4
const MOST_ADDRESSES = 10_000
const MOST_NAMES = 20

/**
 * A wrong password is answered late, later each time. A right one is answered at
 * once, whatever went before: several machines may share an address.
 */
export function createSlowDown(clock: Clock): SlowDown {
  const records = new Map<string, Record>()

  return {
    enter(address) {
      const record = recordOf(address)
      if (record.underWay >= MOST_UNDER_WAY) return false
      record.underWay++
      return true
    },
    leave(address) {
      const record = recordOf(address)
      record.underWay = Math.max(0, record.underWay - 1)
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
    right(address, name) {
      const record = recordOf(address)
      record.failures = 0
      record.told.delete(name)
    },
  }

  function recordOf(address: string): Record {
    const key = network(address)
    let record = records.get(key)
    if (record) records.delete(key)
    else record = { failures: 0, failedAt: 0, underWay: 0, told: new Set() }
    // The newest is last, so the first is the one that was quiet for longest.
    records.set(key, record)
    if (records.size > MOST_ADDRESSES) {
      const idle = [...records].find(([, { underWay }]) => underWay === 0)
      if (idle) records.delete(idle[0])
    }
    return record
  }
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
