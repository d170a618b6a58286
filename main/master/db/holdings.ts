import type { Build, BuilderId, BuildId, Change, ChangeId } from '../model.ts'
import { BAD_RESULTS, BISECT_SCHEDULER, GOOD_RESULTS, TELLING_RESULTS } from '../results.ts'
import { selectBuilds } from './builds.ts'
import { toChange } from './changes.ts'
import type { Database } from './database.ts'

export interface HoldingsQuery {
  readonly project: string | null
  readonly branch: string | null
  /** Parts of names or addresses, of which one has to be in a change's author. None: anybody. */
  readonly who: readonly string[]
  readonly before: ChangeId | null
  readonly limit: number
}

/** Some changes, and what became of them: which builds hold each, and which are still to come. */
export interface Holdings {
  /** Newest first. */
  readonly changes: readonly Change[]
  readonly builds: readonly Build[]
  readonly holds: readonly { readonly changeId: ChangeId; readonly buildId: BuildId }[]
  /** Requests that wait. */
  readonly waits: readonly { readonly changeId: ChangeId; readonly builderId: BuilderId }[]
  /** A scheduler keeps them until their tree is stable. */
  readonly kept: readonly ChangeId[]
  /** Bad builds whose builder was good before, or had not built yet. */
  readonly broke: readonly BuildId[]
  /** Whether there are older changes. */
  readonly more: boolean
}

// What a change's buildsets asked for, and what took those requests over.
const SERVING = `WITH RECURSIVE serving (change_id, request_id) AS (
    SELECT bc.change_id, r.id FROM buildset_changes bc
    JOIN build_requests r ON r.buildset_id = bc.buildset_id
    WHERE bc.change_id IN (SELECT value FROM json_each(?))
    UNION
    SELECT s.change_id, r.collapsed_into FROM serving s JOIN build_requests r ON r.id = s.request_id
    WHERE r.collapsed_into IS NOT NULL
  )`

export function holdings(db: Database, query: HoldingsQuery): Holdings {
  const found = changesOf(db, query, query.limit + 1)
  const changes = found.slice(0, query.limit)
  const ids = JSON.stringify(changes.map(change => change.id))
  const holds = db.all<{ changeId: ChangeId; buildId: BuildId }>(
    `${SERVING} SELECT s.change_id AS changeId, b.id AS buildId
     -- CROSS: else every build of history may be gone through to have them in order.
     FROM serving s CROSS JOIN builds b ON b.request_id = s.request_id
     ORDER BY b.id, s.change_id`,
    ids,
  )
  const builds = JSON.stringify([...new Set(holds.map(one => one.buildId))])
  return {
    changes,
    builds: selectBuilds(
      db,
      'WHERE b.id IN (SELECT value FROM json_each(?)) ORDER BY b.id',
      builds,
    ),
    holds,
    waits: db.all(
      `${SERVING} SELECT DISTINCT s.change_id AS changeId, r.builder_id AS builderId
       FROM serving s JOIN build_requests r ON r.id = s.request_id
       WHERE r.complete_at IS NULL AND r.claimed_at IS NULL`,
      ids,
    ),
    kept: db
      .all<{ id: ChangeId }>(
        `SELECT DISTINCT change_id AS id FROM scheduler_changes
         WHERE change_id IN (SELECT value FROM json_each(?))`,
        ids,
      )
      .map(row => row.id),
    broke: brokenBy(db, builds),
    more: found.length > query.limit,
  }
}

function changesOf(db: Database, query: HoldingsQuery, limit: number): Change[] {
  return db
    .all(
      `SELECT * FROM changes c WHERE c.id < ?1 AND (?2 IS NULL OR c.project = ?2)
         AND (?3 IS NULL OR c.branch = ?3)
         AND (?4 = '[]' OR EXISTS (SELECT 1 FROM json_each(?4) w
                                   WHERE instr(lower(c.who), lower(w.value)) > 0))
       ORDER BY c.id DESC LIMIT ?5`,
      query.before ?? Number.MAX_SAFE_INTEGER,
      query.project,
      query.branch,
      JSON.stringify(query.who),
      limit,
    )
    .map(toChange)
}

function brokenBy(db: Database, ids: string): BuildId[] {
  return db
    .all<{ id: BuildId }>(
      `SELECT b.id FROM builds b
       WHERE b.id IN (SELECT value FROM json_each(?)) AND b.results IN (${BAD_RESULTS.join()})
         AND ifnull((SELECT p.results FROM builds p JOIN build_requests r ON r.id = p.request_id
                JOIN buildsets s ON s.id = r.buildset_id
              WHERE p.builder_id = b.builder_id AND p.number < b.number
                AND p.results IN (${TELLING_RESULTS.join()}) AND s.scheduler <> '${BISECT_SCHEDULER}'
              ORDER BY p.number DESC LIMIT 1), ${GOOD_RESULTS[0]}) IN (${GOOD_RESULTS.join()})
       ORDER BY b.id`,
      ids,
    )
    .map(row => row.id)
}
