import { maskAddresses } from '../git/address.ts'
import type {
  Buildset,
  BuildsetId,
  ChangeId,
  Moment,
  SourceStamp,
  SourceStampId,
} from '../model.ts'
import type { Result } from '../results.ts'
import type { Database, Row } from './database.ts'

export type NewSourceStamp = Omit<SourceStamp, 'id'>

/** The id of the sourcestamp with this content; there is one row for each content. */
export function internSourceStamp(db: Database, stamp: NewSourceStamp): SourceStampId {
  const repository = maskAddresses(stamp.repository)
  const found = db.get<{ id: SourceStampId }>(
    `SELECT id FROM sourcestamps WHERE project = ? AND repository = ?
     AND ifnull(branch, '') = ? AND ifnull(revision, '') = ?`,
    stamp.project,
    repository,
    stamp.branch ?? '',
    stamp.revision ?? '',
  )
  if (found) return found.id
  return db.run(
    'INSERT INTO sourcestamps (project, repository, branch, revision) VALUES (?, ?, ?, ?)',
    stamp.project,
    repository,
    stamp.branch,
    stamp.revision,
  ).id as SourceStampId
}

export interface NewBuildset {
  readonly reason: string
  readonly scheduler: string
  readonly sourcestampId: SourceStampId
  readonly changes: readonly ChangeId[]
  readonly submittedAt: Moment
}

export function insertBuildset(db: Database, set: NewBuildset): BuildsetId {
  const id = db.run(
    'INSERT INTO buildsets (reason, scheduler, sourcestamp_id, submitted_at) VALUES (?, ?, ?, ?)',
    set.reason,
    set.scheduler,
    set.sourcestampId,
    set.submittedAt,
  ).id as BuildsetId
  for (const change of set.changes)
    db.run('INSERT INTO buildset_changes (buildset_id, change_id) VALUES (?, ?)', id, change)
  return id
}

const SELECT = `SELECT s.*, ss.project, ss.repository, ss.branch, ss.revision
  FROM buildsets s JOIN sourcestamps ss ON ss.id = s.sourcestamp_id`

export function findBuildset(db: Database, id: BuildsetId): Buildset | undefined {
  const row = db.get(`${SELECT} WHERE s.id = ?`, id)
  return row && toBuildset(row)
}

/** Newest first. */
export function listBuildsets(db: Database, limit: number, offset = 0): Buildset[] {
  return db.all(`${SELECT} ORDER BY s.id DESC LIMIT ? OFFSET ?`, limit, offset).map(toBuildset)
}

export function countBuildsets(db: Database): number {
  return db.get<{ n: number }>('SELECT count(*) AS n FROM buildsets')!.n
}

export function completeBuildset(
  db: Database,
  id: BuildsetId,
  results: Result,
  completeAt: Moment,
): void {
  db.run('UPDATE buildsets SET results = ?, complete_at = ? WHERE id = ?', results, completeAt, id)
}

export function toSourceStamp(row: Row): SourceStamp {
  return {
    id: row.sourcestamp_id as SourceStampId,
    project: row.project as string,
    repository: row.repository as string,
    branch: row.branch as string | null,
    revision: row.revision as string | null,
  }
}

function toBuildset(row: Row): Buildset {
  return {
    id: row.id as BuildsetId,
    reason: row.reason as string,
    scheduler: row.scheduler as string,
    sourcestamp: toSourceStamp(row),
    submittedAt: row.submitted_at as Moment,
    completeAt: row.complete_at as Moment | null,
    results: row.results as Result | null,
  }
}
