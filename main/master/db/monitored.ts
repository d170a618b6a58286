import type { BuildId, ChangeId, Moment } from '../model.ts'
import type { Result } from '../results.ts'
import type { Database } from './database.ts'

/** A build that another CI has made, as it is told there. */
export interface MonitoredRun {
  /** Its id there. */
  readonly id: number
  readonly number: number
  readonly results: Result
  readonly stateString: string
  readonly branch: string | null
  readonly revision: string | null
  readonly reason: string
  readonly submittedAt: Moment
  readonly startedAt: Moment
  readonly completeAt: Moment
  /** Where a person finds it. */
  readonly url: string
}

/** Says of a build how it went there. */
export function setMonitored(db: Database, id: BuildId, run: MonitoredRun): void {
  db.run(
    `UPDATE builds SET revision = ?, started_at = ?, complete_at = ?, results = ?, state_string = ?
     WHERE id = ?`,
    run.revision,
    run.startedAt,
    run.completeAt,
    run.results,
    run.stateString,
    id,
  )
}

/** The newest changes of a project with this revision. */
export function changesOfRevision(db: Database, project: string, revision: string): ChangeId[] {
  return db
    .all<{ id: ChangeId }>(
      'SELECT id FROM changes WHERE project = ? AND revision = ? ORDER BY id DESC LIMIT 1',
      project,
      revision,
    )
    .map(row => row.id)
}
