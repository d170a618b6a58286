import type {
  BuilderId,
  BuildId,
  BuildRequestId,
  ChangeId,
  Moment,
  RunId,
  SlaveId,
} from '../model.ts'
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

export interface NewMonitored {
  readonly builderId: BuilderId
  readonly requestId: BuildRequestId
  readonly slaveId: SlaveId
  readonly runId: RunId
}

/** Adds a build as it is while it runs: `setMonitored` says how it ended. */
export function insertMonitored(
  db: Database,
  { number, revision, startedAt }: MonitoredRun,
  { builderId, requestId, slaveId, runId }: NewMonitored,
): BuildId {
  return db.run(
    `INSERT INTO builds (builder_id, number, request_id, slave_id, run_id, revision, started_at, state_string)
     VALUES (?, ?, ?, ?, ?, ?, ?, '')`,
    builderId,
    number,
    requestId,
    slaveId,
    runId,
    revision,
    startedAt,
  ).id as BuildId
}

export function setMonitored(db: Database, id: BuildId, run: MonitoredRun): void {
  db.run(
    'UPDATE builds SET started_at = ?, complete_at = ?, results = ?, state_string = ? WHERE id = ?',
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
