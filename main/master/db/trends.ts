import type { BuilderId, Moment } from '../model.ts'
import { PASSED_RESULTS, TELLING_RESULTS } from '../results.ts'
import type { Database } from './database.ts'
import { firstBuildAt, type Parts, partMs, type Stretch } from './timeline.ts'

export interface TrendsQuery extends Parts {
  /** None: those that built most. */
  readonly builders: readonly BuilderId[]
}

/** What one builder did in one part of the stretch. Parts without builds are left out. */
export interface TrendPoint {
  readonly builderId: BuilderId
  /** From 0. */
  readonly part: number
  readonly builds: number
  /** Of the builds that say something about the code. */
  readonly told: number
  readonly good: number
  /** Of the good builds; `null` when there was none. */
  readonly medianMs: number | null
  readonly medianQueuedMs: number
  /** Of all logs of a build, on the average. */
  readonly logBytes: number
  /**
   * By what share of the expected length good builds were longer or shorter than that, the median;
   * `null` where no build had enough before it. Expected is the median of the last good ones.
   */
  readonly estimateOff: number | null
}

export interface Trends {
  readonly builders: readonly BuilderId[]
  readonly points: readonly TrendPoint[]
  /** When the first of all builds began, for who wants to see everything. */
  readonly beginning: Moment | null
}

const BUSIEST = 4
/** An estimate is drawn from the last of so many good builds, and judged when it had so many. */
const ESTIMATED_FROM = 11
const JUDGED_FROM = 10

/** How builders fared over a stretch of time. */
export function trends(db: Database, query: TrendsQuery): Trends {
  const builders = query.builders.length > 0 ? query.builders : busiest(db, query)
  return {
    builders,
    points: withEstimates(db, query, builders, pointsOf(db, query, builders)),
    beginning: firstBuildAt(db),
  }
}

function busiest(db: Database, { from, to }: Stretch): BuilderId[] {
  return db
    .all<{ id: BuilderId }>(
      `SELECT builder_id AS id FROM builds INDEXED BY builds_by_time
       WHERE started_at >= ? AND started_at < ? AND complete_at IS NOT NULL
       GROUP BY builder_id ORDER BY count(*) DESC, builder_id LIMIT ${BUSIEST}`,
      from,
      to,
    )
    .map(row => row.id)
}

function pointsOf(
  db: Database,
  query: TrendsQuery,
  builders: readonly BuilderId[],
): Omit<TrendPoint, 'estimateOff'>[] {
  return db.all<TrendPoint>(
    `WITH ended AS MATERIALIZED (
       SELECT b.id, b.builder_id, CAST((b.started_at - ?1) / ?3 AS INTEGER) AS part, b.results,
         b.complete_at - b.started_at AS ms, max(0, b.started_at - r.submitted_at) AS queued,
         b.results IN (${PASSED_RESULTS.join()}) AS good
       FROM builds b JOIN build_requests r ON r.id = b.request_id
       WHERE b.started_at >= ?1 AND b.started_at < ?2 AND b.complete_at IS NOT NULL
         AND b.builder_id IN (SELECT value FROM json_each(?4))
     ), ordered AS (
       SELECT *,
         row_number() OVER (PARTITION BY builder_id, part, good ORDER BY ms) AS by_ms,
         count(*) OVER (PARTITION BY builder_id, part, good) AS alike,
         row_number() OVER (PARTITION BY builder_id, part ORDER BY queued) AS by_queue,
         count(*) OVER (PARTITION BY builder_id, part) AS n
       FROM ended
     ), written AS (
       SELECT e.builder_id, e.part, sum(l.byte_count) AS bytes
       -- CROSS: else all logs of history are gone through.
       FROM ended e CROSS JOIN steps s ON s.build_id = e.id CROSS JOIN logs l ON l.step_id = s.id
       GROUP BY e.builder_id, e.part
     )
     SELECT o.builder_id AS builderId, o.part, count(*) AS builds,
       sum(o.results IN (${TELLING_RESULTS.join()})) AS told, sum(o.good) AS good,
       avg(CASE WHEN o.good AND o.by_ms IN ((o.alike + 1) / 2, (o.alike + 2) / 2) THEN o.ms END) AS medianMs,
       avg(CASE WHEN o.by_queue IN ((o.n + 1) / 2, (o.n + 2) / 2) THEN o.queued END) AS medianQueuedMs,
       ifnull(w.bytes, 0) * 1.0 / count(*) AS logBytes
     FROM ordered o LEFT JOIN written w ON w.builder_id = o.builder_id AND w.part = o.part
     GROUP BY o.builder_id, o.part ORDER BY o.builder_id, o.part`,
    query.from,
    query.to,
    partMs(query),
    JSON.stringify(builders),
  )
}

// A window slides over the good builds of each builder, as estimates were made then.
function withEstimates(
  db: Database,
  query: TrendsQuery,
  builders: readonly BuilderId[],
  points: readonly Omit<TrendPoint, 'estimateOff'>[],
): TrendPoint[] {
  const { from, to } = query
  const off = new Map<string, number[]>()
  for (const builderId of builders) {
    const last: number[] = []
    const good = db.all<{ at: Moment; ms: number }>(
      `SELECT started_at AS at, complete_at - started_at AS ms FROM builds
       WHERE builder_id = ?1 AND results IN (${PASSED_RESULTS.join()}) AND started_at < ?3
         AND number >= ifnull((SELECT number FROM builds
           WHERE builder_id = ?1 AND results IN (${PASSED_RESULTS.join()}) AND started_at < ?2
           ORDER BY number DESC LIMIT 1 OFFSET ${ESTIMATED_FROM - 1}), 0)
       ORDER BY number`,
      builderId,
      from,
      to,
    )
    for (const { at, ms } of good) {
      const expected = last.toSorted((a, b) => a - b)[Math.floor(last.length / 2)]
      if (at >= from && expected && last.length >= JUDGED_FROM) {
        const key = `${builderId} ${Math.floor((at - from) / partMs(query))}`
        const own = off.get(key)
        if (own) own.push(Math.abs(ms - expected) / expected)
        else off.set(key, [Math.abs(ms - expected) / expected])
      }
      last.push(ms)
      if (last.length > ESTIMATED_FROM) last.shift()
    }
  }
  return points.map(point => {
    const own = (off.get(`${point.builderId} ${point.part}`) ?? []).sort((a, b) => a - b)
    return { ...point, estimateOff: own[Math.floor(own.length / 2)] ?? null }
  })
}
