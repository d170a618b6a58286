import type { Build, BuilderId, Moment } from '../model.ts'
import { BAD_RESULTS, EXCEPTION, FAILURE, WARNINGS } from '../results.ts'
import { selectBuilds } from './builds.ts'
import type { Database } from './database.ts'

/** A stretch of time: `from` belongs to it, `to` does not. */
export interface Stretch {
  readonly from: Moment
  readonly to: Moment
}

/** A stretch in so many equal parts. */
export interface Parts extends Stretch {
  readonly parts: number
}

/** How long each of them is. */
export function partMs({ from, to, parts }: Parts): number {
  return Math.max(1, Math.ceil((to - from) / parts))
}

/** What was built in one day by one builder, or on one slave. */
export interface BuildsOfDay {
  /** The builder, or the name of the slave. */
  readonly of: BuilderId | string
  /** Days since the epoch, in the zone that was asked for. */
  readonly day: number
  readonly builds: number
  readonly failed: number
  readonly warned: number
  readonly exceptions: number
  readonly busyMs: number
}

export interface Density {
  readonly builds: number
  readonly bad: number
}

// Numbers are bound as REAL, so a quotient has to be cast.
const DAY_MS = 86_400_000

/** The builds that began before a moment, newest first. */
export function buildsBefore(db: Database, at: Moment, limit: number): Build[] {
  return selectBuilds(
    db,
    'WHERE b.started_at < ? ORDER BY b.started_at DESC, b.id DESC LIMIT ?',
    at,
    limit,
  )
}

/** The first builds that began at a moment or later, newest first. */
export function buildsFrom(db: Database, at: Moment, limit: number): Build[] {
  return selectBuilds(
    db,
    'WHERE b.started_at >= ? ORDER BY b.started_at, b.id LIMIT ?',
    at,
    limit,
  ).reverse()
}

export interface DaysQuery extends Stretch {
  /** What the zone is ahead of UTC. */
  readonly offsetMs: number
  /** Whose days. */
  readonly by: 'builder' | 'slave'
}

/** The days of each builder or slave. Builds count on the day on which they began. */
export function buildsByDay(
  db: Database,
  { from, to, offsetMs, by }: DaysQuery,
): readonly BuildsOfDay[] {
  const days = `SELECT ${by}_id AS of, CAST((started_at + ?3) / ${DAY_MS} AS INTEGER) AS day, count(*) AS builds,
       sum(results = ${FAILURE}) AS failed, sum(results = ${WARNINGS}) AS warned,
       sum(results = ${EXCEPTION}) AS exceptions, sum(complete_at - started_at) AS busyMs
     FROM builds INDEXED BY builds_by_time
     WHERE started_at >= ?1 AND started_at < ?2 AND complete_at IS NOT NULL
     GROUP BY ${by}_id, day`
  return db.all<BuildsOfDay & Record<string, never>>(
    by === 'builder'
      ? days
      : `SELECT sl.name AS of, day, builds, failed, warned, exceptions, busyMs
         FROM (${days}) d JOIN slaves sl ON sl.id = d.of`,
    from,
    to,
    offsetMs,
  )
}

/** How many builds began in each part of a stretch. */
export function buildDensity(db: Database, stretch: Parts): Density[] {
  const parts: Density[] = Array.from({ length: stretch.parts }, () => ({ builds: 0, bad: 0 }))
  const rows = db.all<{ part: number; builds: number; bad: number }>(
    `SELECT CAST((started_at - ?1) / ?3 AS INTEGER) AS part, count(*) AS builds,
       ifnull(sum(results IN (${BAD_RESULTS.join()})), 0) AS bad
     FROM builds INDEXED BY builds_by_time WHERE started_at >= ?1 AND started_at < ?2 GROUP BY part`,
    stretch.from,
    stretch.to,
    partMs(stretch),
  )
  for (const { part, builds, bad } of rows) parts[part] = { builds, bad }
  return parts
}

/** When the first build began; `null` when there is none. */
export function firstBuildAt(db: Database): Moment | null {
  return db.get<{ at: number | null }>('SELECT min(started_at) AS at FROM builds')!.at
}
