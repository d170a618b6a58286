import type { Moment } from '../model.ts'
import type { Database } from './database.ts'
import { type Parts, partMs } from './timeline.ts'

/** How long what is kept of vitals stands for. */
export const POINT_MS = 5 * 60_000
/** How long it is kept. */
export const KEPT_MS = 31 * 86_400_000

/** How a slave's machine fared over some time. `null` is what it does not tell. */
export interface VitalsPoint {
  readonly reports: number
  readonly load: number | null
  readonly cpuPercent: number | null
  /** The most of the processor that any report told. */
  readonly cpuMost: number | null
  /** The most, and of how much. */
  readonly memoryUsedBytes: number | null
  readonly memoryTotalBytes: number | null
  /** The least. */
  readonly diskFreeBytes: number | null
}

/** The same of one part of a stretch of time. Parts of which nothing is known are left out. */
export interface VitalsPart extends VitalsPoint {
  readonly slave: string
  /** From 0. */
  readonly part: number
}

/** Adds to what is there of the same time, when a master began in the middle of it. */
export function saveVitals(db: Database, slave: string, at: Moment, point: VitalsPoint): void {
  db.run(
    `INSERT INTO slave_vitals (at, slave_id, reports, load, cpu_percent, cpu_most, memory_used, memory_total, disk_free)
     SELECT ?2, id, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM slaves WHERE name = ?1
     ON CONFLICT (at, slave_id) DO UPDATE SET
       load = ifnull((load * reports + excluded.load * excluded.reports) / (reports + excluded.reports), ifnull(load, excluded.load)),
       cpu_percent = ifnull((cpu_percent * reports + excluded.cpu_percent * excluded.reports) / (reports + excluded.reports), ifnull(cpu_percent, excluded.cpu_percent)),
       cpu_most = ifnull(max(cpu_most, excluded.cpu_most), ifnull(cpu_most, excluded.cpu_most)),
       memory_used = ifnull(max(memory_used, excluded.memory_used), ifnull(memory_used, excluded.memory_used)),
       memory_total = ifnull(excluded.memory_total, memory_total),
       disk_free = ifnull(min(disk_free, excluded.disk_free), ifnull(disk_free, excluded.disk_free)),
       reports = reports + excluded.reports`,
    slave,
    at,
    point.reports,
    point.load,
    point.cpuPercent,
    point.cpuMost,
    whole(point.memoryUsedBytes),
    whole(point.memoryTotalBytes),
    whole(point.diskFreeBytes),
  )
}

export function forgetVitals(db: Database, before: Moment): void {
  db.run('DELETE FROM slave_vitals WHERE at < ?', before)
}

export function vitalsByPart(db: Database, query: Parts): VitalsPart[] {
  return db.all<VitalsPart & Record<string, never>>(
    `SELECT sl.name AS slave, CAST((v.at - ?1) / ?3 AS INTEGER) AS part, sum(v.reports) AS reports,
       sum(v.load * v.reports) / sum(v.reports) AS load,
       sum(v.cpu_percent * v.reports) / sum(v.reports) AS cpuPercent, max(v.cpu_most) AS cpuMost,
       max(v.memory_used) AS memoryUsedBytes, max(v.memory_total) AS memoryTotalBytes,
       min(v.disk_free) AS diskFreeBytes
     FROM slave_vitals v JOIN slaves sl ON sl.id = v.slave_id
     WHERE v.at >= ?1 AND v.at < ?2 GROUP BY sl.name, part ORDER BY sl.name, part`,
    query.from,
    query.to,
    partMs(query),
  )
}

// A slave may tell anything that is a number.
function whole(value: number | null): number | null {
  const most = Number.MAX_SAFE_INTEGER
  return value === null ? null : Math.round(Math.max(-most, Math.min(value, most)))
}
