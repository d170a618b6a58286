import type { Moment } from '../model.ts'
import type { Database } from './database.ts'
import { type Parts, partMs } from './timeline.ts'

export interface LoadQuery extends Parts {
  /** Until when builds that run count. */
  readonly now: Moment
}

/** What a slave built in one part of the stretch. Parts in which it built nothing are left out. */
export interface SlaveLoad {
  readonly slave: string
  /** From 0. */
  readonly part: number
  /** Of all its builds together: two at once count twice. */
  readonly busyMs: number
  /** That began in this part. */
  readonly builds: number
}

const DAY_MS = 86_400_000

/** How busy slaves were, by the builds that ran on them. */
export function slaveLoads(db: Database, query: LoadQuery): SlaveLoad[] {
  return db.all<SlaveLoad & Record<string, never>>(
    // Most builds begin at most a day before they can be seen; the long and the running ones have indices of their own.
    `WITH RECURSIVE ran AS (
       SELECT slave_id, started_at, max(started_at, ?1) AS s, min(ifnull(complete_at, ?4), ?2) AS e
       FROM builds WHERE id IN (
         SELECT id FROM builds WHERE started_at >= ?1 - ${DAY_MS} AND started_at < ?2
           AND (complete_at IS NULL OR complete_at > ?1)
         UNION SELECT id FROM builds INDEXED BY builds_long
           WHERE started_at < ?1 AND complete_at - started_at > ${DAY_MS} AND complete_at > ?1
         UNION SELECT id FROM builds WHERE complete_at IS NULL AND started_at < ?2
       )
     ), pieces (slave_id, started_at, part, s, e) AS (
       SELECT slave_id, started_at, CAST((s - ?1) / ?3 AS INTEGER), s, e FROM ran WHERE e >= s
       UNION ALL
       SELECT slave_id, started_at, part + 1, s, e FROM pieces WHERE ?1 + (part + 1) * ?3 < e
     )
     SELECT sl.name AS slave, p.part AS part,
       sum(min(p.e, ?1 + (p.part + 1) * ?3) - max(p.s, ?1 + p.part * ?3)) AS busyMs,
       sum(p.started_at >= ?1 + p.part * ?3) AS builds
     FROM pieces p JOIN slaves sl ON sl.id = p.slave_id
     GROUP BY sl.name, p.part ORDER BY sl.name, p.part`,
    query.from,
    query.to,
    partMs(query),
    query.now,
  )
}
