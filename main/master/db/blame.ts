import type { BuildId } from '../model.ts'
import type { Database } from './database.ts'

/** How many changes a build was the first to hold. */
export interface Blamed {
  readonly buildId: BuildId
  readonly changes: number
}

/** Of builds whose ids are given as JSON: their requests, and those that these took over. */
export const REQUESTS_OF_BUILDS = `WITH RECURSIVE merged (build_id, request_id) AS (
    SELECT id, request_id FROM builds WHERE id IN (SELECT value FROM json_each(?))
    UNION
    SELECT m.build_id, r.id FROM build_requests r JOIN merged m ON r.collapsed_into = m.request_id
  )`

/** Counts the changes of some builds, those of requests that theirs took over included. */
export function blame(db: Database, ids: readonly BuildId[]): Blamed[] {
  return db.all<{ buildId: BuildId; changes: number }>(
    `${REQUESTS_OF_BUILDS}
     SELECT m.build_id AS buildId, count(DISTINCT bc.change_id) AS changes
     FROM merged m JOIN build_requests r ON r.id = m.request_id
     JOIN buildset_changes bc ON bc.buildset_id = r.buildset_id
     GROUP BY m.build_id ORDER BY m.build_id`,
    JSON.stringify(ids),
  )
}
