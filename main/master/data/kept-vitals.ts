import type { Database } from '../db/database.ts'
import { forgetVitals, KEPT_MS, POINT_MS, saveVitals, type VitalsPoint } from '../db/vitals.ts'
import type { Moment, SlaveVitals } from '../model.ts'
import type { Update } from './unit.ts'

/**
 * Thins what slaves tell every quarter of a minute to a point for every five minutes. A point is
 * written with the first report after its time, of whichever slave: there is no timer, and one
 * commit for all of them. A master that is killed loses the newest.
 */
export function keptVitals(db: Database, update: Update) {
  const growing = new Map<string, readonly SlaveVitals[]>()
  let from: Moment = 0

  return {
    add(slave: string, one: SlaveVitals): void {
      const begins = Math.floor(one.at / POINT_MS) * POINT_MS
      try {
        if (begins !== from) flush()
      } finally {
        // What could not be written is not held for later: a full disk must not fill memory, too.
        if (begins !== from) growing.clear()
        from = begins
        growing.set(slave, [...(growing.get(slave) ?? []), one])
      }
    },
    flush,
  }

  function flush() {
    if (growing.size === 0) return
    update(() => {
      for (const [slave, list] of growing) saveVitals(db, slave, from, pointOf(list))
      forgetVitals(db, from - KEPT_MS)
    })
    growing.clear()
  }
}

function pointOf(list: readonly SlaveVitals[]): VitalsPoint {
  const all = (key: keyof SlaveVitals) =>
    list.flatMap(one => {
      const value = one[key]
      return value === null ? [] : [value]
    })
  const cpu = all('cpuPercent')
  return {
    reports: list.length,
    load: mean(all('load')),
    cpuPercent: mean(cpu),
    cpuMost: greatest(cpu),
    memoryUsedBytes: greatest(all('memoryUsedBytes')),
    memoryTotalBytes: greatest(all('memoryTotalBytes')),
    diskFreeBytes: least(all('diskFreeBytes')),
  }
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, one) => sum + one, 0) / values.length
}

function greatest(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.max(...values)
}

function least(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.min(...values)
}
