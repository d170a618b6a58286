import type { Build, BuildId, Moment } from '../model.ts'
import { PASSED_RESULTS, SKIPPED } from '../results.ts'
import { findBuild, selectBuilds } from './builds.ts'
import type { Database } from './database.ts'

/** What stands around the steps of one build: how it came to be, and how it usually goes. */
export interface Inside {
  readonly submittedAt: Moment
  /** What the same trigger had built at other builders, and the other tries of this build. */
  readonly beside: readonly Build[]
  /** Of the good builds before it: how long each step took, and each queue. */
  readonly usual: readonly { readonly step: string; readonly medianMs: number }[]
}

const USUAL_BUILDS = 20
const MOST_BESIDE = 50

/** @returns `null` when there is no such build. */
export function insideOf(db: Database, id: BuildId): Inside | null {
  const build = findBuild(db, id)
  if (!build) return null
  const request = db.get<{ buildset_id: number; submitted_at: Moment }>(
    'SELECT buildset_id, submitted_at FROM build_requests WHERE id = ?',
    build.requestId,
  )!
  return {
    submittedAt: request.submitted_at,
    beside: selectBuilds(
      db,
      `WHERE r.buildset_id = ? AND b.id <> ? ORDER BY b.started_at, b.id LIMIT ${MOST_BESIDE}`,
      request.buildset_id,
      id,
    ),
    usual: usualSteps(db, build),
  }
}

function usualSteps(db: Database, { builderId, number }: Build): Inside['usual'] {
  return db.all(
    `WITH good AS (
       SELECT id FROM builds WHERE builder_id = ? AND number < ?
         AND results IN (${PASSED_RESULTS.join()}) ORDER BY number DESC LIMIT ${USUAL_BUILDS}
     ), taken AS (
       SELECT s.name, s.complete_at - s.started_at AS ms,
         row_number() OVER (PARTITION BY s.name ORDER BY s.complete_at - s.started_at) AS at,
         count(*) OVER (PARTITION BY s.name) AS n
       FROM steps s WHERE s.build_id IN (SELECT id FROM good) AND s.complete_at IS NOT NULL
         AND s.results <> ${SKIPPED}
     )
     SELECT name AS step, avg(ms) AS medianMs FROM taken
     WHERE at IN ((n + 1) / 2, (n + 2) / 2) GROUP BY name`,
    builderId,
    number,
  )
}
