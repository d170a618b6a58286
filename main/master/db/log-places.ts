import type { BuilderId, BuildId, LogId, Moment } from '../model.ts'
import type { Result } from '../results.ts'
import type { Database } from './database.ts'

export interface LogsQuery {
  readonly builderId?: BuilderId
  /** Of builds that began then or later. */
  readonly since?: Moment
  readonly results?: Result
  /** Of this build and older ones. */
  readonly upTo?: BuildId
  /** Of how many builds. */
  readonly builds: number
}

/** Where a log belongs, as it is told to a person. */
export interface LogPlace {
  readonly logId: LogId
  readonly log: string
  readonly buildId: BuildId
  readonly builder: string
  readonly number: number
  readonly results: Result | null
  readonly startedAt: Moment
  readonly step: string
}

export interface LogsOfBuilds {
  /** Of the newest build first; within a build in the order in which they were begun. */
  readonly places: readonly LogPlace[]
  /** The oldest build that was looked at; `null` when there is none. */
  readonly oldest: BuildId | null
  /** Whether there are no builds beyond it. */
  readonly last: boolean
}

/** The logs that have lines, build by build. */
export function logsOfBuilds(db: Database, query: LogsQuery): LogsOfBuilds {
  const { builderId, since, results, upTo, builds } = query
  const found = db
    .all<{ id: BuildId }>(
      `SELECT id FROM builds b
       WHERE (?1 IS NULL OR builder_id = ?1) AND (?2 IS NULL OR started_at >= ?2)
         AND (?3 IS NULL OR results = ?3) AND id <= ifnull(?4, 9e18)
       ORDER BY id DESC LIMIT ?5`,
      builderId ?? null,
      since ?? null,
      results ?? null,
      upTo ?? null,
      builds + 1,
    )
    .map(({ id }) => id)
  const wanted = found.slice(0, builds)
  const places = db.all<LogPlace>(
    `SELECT l.id AS logId, l.name AS log, b.id AS buildId, r.name AS builder, b.number, b.results,
       b.started_at AS startedAt, s.name AS step
     FROM builds b JOIN builders r ON r.id = b.builder_id
     JOIN steps s ON s.build_id = b.id JOIN logs l ON l.step_id = s.id
     WHERE b.id IN (SELECT value FROM json_each(?)) AND (l.line_count > 0 OR l.complete = 0)
     ORDER BY b.id DESC, l.id`,
    JSON.stringify(wanted),
  )
  return { places, oldest: wanted.at(-1) ?? null, last: found.length <= builds }
}
