import type { BuildId, BuildRequestId, BuildsetId, Change, ChangeId, Moment } from '../model.ts'
import type { Database, Row } from './database.ts'
import { readTexts } from './json.ts'

export interface NewChange extends Omit<Change, 'id' | 'subject' | 'receivedAt' | 'at'> {
  /** `null` where its date says nothing: then it counts as made when it was received. */
  readonly at: Moment | null
}

export function insertChange(db: Database, change: NewChange, receivedAt: Moment): Change {
  const at = change.at ?? receivedAt
  const { id } = db.run(
    `INSERT INTO changes (project, repository, branch, revision, who, comments, files, category, at, received_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    change.project,
    change.repository,
    change.branch,
    change.revision,
    change.who,
    change.comments,
    JSON.stringify(change.files),
    change.category,
    at,
    receivedAt,
  )
  return { ...change, at, id: id as ChangeId, subject: subjectOf(change.comments), receivedAt }
}

export interface ChangeQuery {
  readonly limit: number
  readonly offset?: number
  readonly before?: ChangeId
  readonly since?: Moment
}

/** Newest first. */
export function listChanges(db: Database, query: ChangeQuery): Change[] {
  return db
    .all(
      'SELECT * FROM changes WHERE id < ? AND received_at >= ? ORDER BY id DESC LIMIT ? OFFSET ?',
      query.before ?? Number.MAX_SAFE_INTEGER,
      query.since ?? 0,
      query.limit,
      query.offset ?? 0,
    )
    .map(toChange)
}

/** Those that became known in a stretch of time, newest first. */
export function changesWithin(db: Database, from: Moment, to: Moment, limit: number): Change[] {
  return db
    .all(
      'SELECT * FROM changes WHERE received_at >= ? AND received_at < ? ORDER BY received_at DESC, id DESC LIMIT ?',
      from,
      to,
      limit,
    )
    .map(toChange)
}

/** Oldest first. */
export function changesAfter(db: Database, id: ChangeId): Change[] {
  return db.all('SELECT * FROM changes WHERE id > ? ORDER BY id', id).map(toChange)
}

export function findChange(db: Database, id: ChangeId): Change | undefined {
  const row = db.get('SELECT * FROM changes WHERE id = ?', id)
  return row && toChange(row)
}

export function countChanges(db: Database): number {
  return db.get<{ n: number }>('SELECT count(*) AS n FROM changes')!.n
}

/** What a request is to build, with what it took over from the requests that it replaced. */
export function changesOfRequest(db: Database, id: BuildRequestId): Change[] {
  return db
    .all(
      `WITH RECURSIVE merged (request_id, buildset_id) AS (
         SELECT id, buildset_id FROM build_requests WHERE id = ?
         UNION
         SELECT r.id, r.buildset_id FROM build_requests r JOIN merged m ON r.collapsed_into = m.request_id
       )
       -- CROSS: else every change of history is gone through to have them in order.
       SELECT * FROM changes WHERE id IN (
         SELECT bc.change_id FROM merged m CROSS JOIN buildset_changes bc
           ON bc.buildset_id = m.buildset_id
       ) ORDER BY id`,
      id,
    )
    .map(toChange)
}

/** Of builds whose ids are given as JSON: their requests, and those that these took over. */
export const REQUESTS_OF_BUILDS = `WITH RECURSIVE merged (build_id, request_id) AS (
    SELECT id, request_id FROM builds WHERE id IN (SELECT value FROM json_each(?))
    UNION
    SELECT m.build_id, r.id FROM build_requests r JOIN merged m ON r.collapsed_into = m.request_id
  )`

/** The changes that some builds were the first to hold, oldest first. */
export function changesOfBuilds(db: Database, ids: readonly BuildId[]): Change[] {
  return db
    .all(
      `${REQUESTS_OF_BUILDS}
       SELECT * FROM changes WHERE id IN (
         SELECT bc.change_id FROM merged m JOIN build_requests r ON r.id = m.request_id
         -- CROSS: else every change of history is gone through to have them in order.
         CROSS JOIN buildset_changes bc ON bc.buildset_id = r.buildset_id
       ) ORDER BY id`,
      JSON.stringify(ids),
    )
    .map(toChange)
}

export function changesOfBuildset(db: Database, id: BuildsetId): Change[] {
  return db
    .all(
      `SELECT c.* FROM changes c JOIN buildset_changes bc ON bc.change_id = c.id
       WHERE bc.buildset_id = ? ORDER BY c.id`,
      id,
    )
    .map(toChange)
}

export function heldChanges(db: Database, scheduler: string): Change[] {
  return db
    .all(
      `SELECT c.* FROM changes c JOIN scheduler_changes s ON s.change_id = c.id
       WHERE s.scheduler = ? ORDER BY c.id`,
      scheduler,
    )
    .map(toChange)
}

export function holdChange(db: Database, scheduler: string, id: ChangeId): void {
  db.run(
    'INSERT INTO scheduler_changes (scheduler, change_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
    scheduler,
    id,
  )
}

export function releaseChanges(db: Database, scheduler: string, ids: readonly ChangeId[]): void {
  for (const id of ids)
    db.run('DELETE FROM scheduler_changes WHERE scheduler = ? AND change_id = ?', scheduler, id)
}

export function readTips(db: Database, project: string): Map<string, string> {
  const rows = db.all<{ branch: string; revision: string }>(
    'SELECT branch, revision FROM source_tips WHERE project = ?',
    project,
  )
  return new Map(rows.map(row => [row.branch, row.revision]))
}

export function saveTip(
  db: Database,
  project: string,
  branch: string,
  revision: string,
  at: Moment,
): void {
  db.run(
    `INSERT INTO source_tips (project, branch, revision, seen_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (project, branch) DO UPDATE SET revision = excluded.revision, seen_at = excluded.seen_at`,
    project,
    branch,
    revision,
    at,
  )
}

export function deleteTip(db: Database, project: string, branch: string): void {
  db.run('DELETE FROM source_tips WHERE project = ? AND branch = ?', project, branch)
}

function subjectOf(comments: string): string {
  return comments.trimStart().split('\n', 1)[0]!.trimEnd()
}

// The last moment that a Date holds.
const LATEST: Moment = 8_640_000_000_000_000

export function toChange(row: Row): Change {
  const at = row.at as Moment
  return {
    id: row.id as ChangeId,
    project: row.project as string,
    repository: row.repository as string,
    branch: row.branch as string,
    revision: row.revision as string,
    who: row.who as string,
    subject: subjectOf(row.comments as string),
    comments: row.comments as string,
    files: readTexts(row.files),
    category: row.category as string | null,
    // An older version kept any date that a commit said.
    at: at >= 0 && at <= LATEST ? at : (row.received_at as Moment),
    receivedAt: row.received_at as Moment,
  }
}
