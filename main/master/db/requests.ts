import type {
  BuilderId,
  BuildRequest,
  BuildRequestId,
  BuildsetId,
  Moment,
  RunId,
} from '../model.ts'
import type { Result } from '../results.ts'
import { toSourceStamp } from './buildsets.ts'
import type { Database, Row } from './database.ts'
import { within } from './json.ts'

const SELECT = `SELECT r.*, s.reason, s.scheduler, s.sourcestamp_id,
    ss.project, ss.repository, ss.branch, ss.revision
  FROM build_requests r JOIN buildsets s ON s.id = r.buildset_id
  JOIN sourcestamps ss ON ss.id = s.sourcestamp_id`

export function insertRequest(
  db: Database,
  request: Pick<BuildRequest, 'buildsetId' | 'builderId' | 'priority' | 'submittedAt'>,
): BuildRequestId {
  return db.run(
    'INSERT INTO build_requests (buildset_id, builder_id, priority, submitted_at) VALUES (?, ?, ?, ?)',
    request.buildsetId,
    request.builderId,
    request.priority,
    request.submittedAt,
  ).id as BuildRequestId
}

export function findRequest(db: Database, id: BuildRequestId): BuildRequest | undefined {
  const row = db.get(`${SELECT} WHERE r.id = ?`, id)
  return row && toRequest(row)
}

/** The property of a buildset that has its builds run on one slave alone, and who sets it. */
export const RETRY_PROPERTY = { name: 'retry_from', source: 'Retry' } as const

// The slave that a request is bound to.
const PIN = `(SELECT ${within('$.slave')} FROM buildset_properties p
  WHERE p.buildset_id = r.buildset_id AND p.name = '${RETRY_PROPERTY.name}'
  AND p.source = '${RETRY_PROPERTY.source}')`

/** Which request: one that a slave may build, and of more than a priority. */
export interface Served {
  readonly slave?: string
  readonly above?: number | null
}

/** The request of this builder that is to be served next. */
export function nextRequest(
  db: Database,
  builder: BuilderId,
  { slave, above }: Served = {},
): BuildRequest | undefined {
  const row = db.get(
    `${SELECT} WHERE r.builder_id = ?1 AND r.complete_at IS NULL AND r.claimed_at IS NULL
     AND (?2 IS NULL OR ifnull(${PIN}, ?2) = ?2) AND (?3 IS NULL OR r.priority > ?3)
     ORDER BY r.priority DESC, r.id LIMIT 1`,
    builder,
    slave ?? null,
    above ?? null,
  )
  return row && toRequest(row)
}

/** The slaves to which all that waits for a builder is bound; `null` when something may go to any, or nothing waits. */
export function boundTo(db: Database, builder: BuilderId): string[] | null {
  const waiting = `FROM build_requests r
    WHERE r.builder_id = ? AND r.complete_at IS NULL AND r.claimed_at IS NULL`
  // Mostly the first that is looked at.
  if (db.get(`SELECT 1 ${waiting} AND ${PIN} IS NULL LIMIT 1`, builder)) return null
  const found = db.all<{ slave: string }>(`SELECT DISTINCT ${PIN} AS slave ${waiting}`, builder)
  return found.length > 0 ? found.map(row => row.slave) : null
}

export interface Waiting {
  readonly builderId: BuilderId
  readonly count: number
  readonly oldestAt: Moment
  /** Of the least urgent of them. */
  readonly leastPriority: number
}

/** How much waits for each builder for which anything does. */
export function countWaiting(db: Database): Waiting[] {
  return db.all<Waiting>(
    `SELECT builder_id AS builderId, count(*) AS count, min(submitted_at) AS oldestAt,
       min(priority) AS leastPriority
     FROM build_requests WHERE complete_at IS NULL AND claimed_at IS NULL GROUP BY builder_id`,
  )
}

/** What waits for one builder, oldest first. */
export function waitingRequestsOf(db: Database, builder: BuilderId): BuildRequest[] {
  return db
    .all(
      `${SELECT} WHERE r.builder_id = ? AND r.complete_at IS NULL AND r.claimed_at IS NULL ORDER BY r.id`,
      builder,
    )
    .map(toRequest)
}

export function openRequests(db: Database): BuildRequest[] {
  return db.all(`${SELECT} WHERE r.complete_at IS NULL ORDER BY r.id`).map(toRequest)
}

/** Newest first. */
export function listRequests(db: Database, limit: number, offset = 0): BuildRequest[] {
  return db.all(`${SELECT} ORDER BY r.id DESC LIMIT ? OFFSET ?`, limit, offset).map(toRequest)
}

export function countRequests(db: Database): number {
  return db.get<{ n: number }>('SELECT count(*) AS n FROM build_requests')!.n
}

export function requestsOfBuildset(db: Database, id: BuildsetId): BuildRequest[] {
  return db.all(`${SELECT} WHERE r.buildset_id = ? ORDER BY r.id`, id).map(toRequest)
}

/** Takes the request for `run`. False when somebody was faster, or it is complete. */
export function claimRequest(db: Database, id: BuildRequestId, run: RunId, at: Moment): boolean {
  return (
    db.run(
      `UPDATE build_requests SET claimed_at = ?, claimed_by = ?
       WHERE id = ? AND claimed_at IS NULL AND complete_at IS NULL`,
      at,
      run,
      id,
    ).changes === 1
  )
}

export function unclaimRequest(db: Database, id: BuildRequestId): void {
  db.run(
    'UPDATE build_requests SET claimed_at = NULL, claimed_by = NULL WHERE id = ? AND complete_at IS NULL',
    id,
  )
}

/** What another run has claimed is this one's now. */
export function takeOverClaim(db: Database, id: BuildRequestId, by: RunId): void {
  db.run('UPDATE build_requests SET claimed_by = ? WHERE id = ?', by, id)
}

/** Claims of runs other than `present`: those masters are gone. */
export function abandonedClaims(db: Database, present: RunId): BuildRequestId[] {
  return db
    .all<{ id: BuildRequestId }>(
      `SELECT id FROM build_requests WHERE complete_at IS NULL AND claimed_at IS NOT NULL AND claimed_by <> ?`,
      present,
    )
    .map(row => row.id)
}

export function completeRequest(
  db: Database,
  id: BuildRequestId,
  results: Result,
  completeAt: Moment,
  collapsedInto: BuildRequestId | null = null,
): void {
  db.run(
    `UPDATE build_requests SET results = ?, complete_at = ?, collapsed_into = ? WHERE id = ?`,
    results,
    completeAt,
    collapsedInto,
    id,
  )
}

function toRequest(row: Row): BuildRequest {
  return {
    id: row.id as BuildRequestId,
    buildsetId: row.buildset_id as BuildsetId,
    builderId: row.builder_id as BuilderId,
    priority: row.priority as number,
    reason: row.reason as string,
    scheduler: row.scheduler as string,
    sourcestamp: toSourceStamp(row),
    submittedAt: row.submitted_at as Moment,
    claimedAt: row.claimed_at as Moment | null,
    completeAt: row.complete_at as Moment | null,
    results: row.results as Result | null,
    collapsedInto: row.collapsed_into as BuildRequestId | null,
  }
}
