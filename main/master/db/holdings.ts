import type { Build, BuilderId, BuildId, Change, ChangeId } from '../model.ts'
import { isBad } from '../results.ts'
import { type Blamed, blame } from './blame.ts'
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
  /** Which schedulers still keep each. */
  readonly kept: readonly { readonly changeId: ChangeId; readonly scheduler: string }[]
  /** Builds that turned their builders red, and who may have done it. */
  readonly broke: readonly Blamed[]
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
  const held = JSON.stringify(changes.map(change => change.id))
  const holds = db.all<{ changeId: ChangeId; buildId: BuildId }>(
    `${SERVING} SELECT s.change_id AS changeId, b.id AS buildId
     -- CROSS: else every build of history may be gone through to have them in order.
     FROM serving s CROSS JOIN builds b ON b.request_id = s.request_id
     ORDER BY b.id, s.change_id`,
    held,
  )
  const ids = [...new Set(holds.map(one => one.buildId))]
  const builds = selectBuilds(
    db,
    'WHERE b.id IN (SELECT value FROM json_each(?)) ORDER BY b.id',
    JSON.stringify(ids),
  )
  const bad = builds.filter(build => isBad(build.results)).map(build => build.id)
  return {
    changes,
    builds,
    holds,
    waits: db.all(
      `${SERVING} SELECT DISTINCT s.change_id AS changeId, r.builder_id AS builderId
       FROM serving s JOIN build_requests r ON r.id = s.request_id
       WHERE r.complete_at IS NULL AND r.claimed_at IS NULL`,
      held,
    ),
    kept: db.all(
      `SELECT change_id AS changeId, scheduler FROM scheduler_changes
       WHERE change_id IN (SELECT value FROM json_each(?)) ORDER BY change_id, scheduler`,
      held,
    ),
    broke: blame(db, bad),
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
