import type { Build, BuilderId, BuildId, ChangeId, Moment, RunId, SlaveId } from '../model.ts'
import type { Result } from '../results.ts'
import { findBuild } from './builds.ts'
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
  readonly requestId: number
  readonly slaveId: SlaveId
  readonly runId: RunId
}

/** What is kept of a run that was told of before. `source` tells this CI from others. */
export function findMonitored(db: Database, source: string, id: number): Build | undefined {
  const mark = db.get<{ id: BuildId }>(
    "SELECT local_id AS id FROM imports WHERE source = ? AND noun = 'build' AND source_id = ?",
    source,
    id,
  )
  return mark && findBuild(db, mark.id)
}

/** Adds it with its request, both complete. */
export function insertMonitored(
  db: Database,
  source: string,
  run: MonitoredRun,
  { builderId, requestId, slaveId, runId }: NewMonitored,
): BuildId {
  db.run(
    'UPDATE build_requests SET claimed_at = ?, claimed_by = ?, complete_at = ?, results = ? WHERE id = ?',
    run.startedAt,
    runId,
    run.completeAt,
    run.results,
    requestId,
  )
  const { id } = db.run(
    `INSERT INTO builds (builder_id, number, request_id, slave_id, run_id, revision, started_at, complete_at, results, state_string)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    builderId,
    run.number,
    requestId,
    slaveId,
    runId,
    run.revision,
    run.startedAt,
    run.completeAt,
    run.results,
    run.stateString,
  )
  db.run(
    "INSERT INTO imports (source, noun, source_id, local_id, final) VALUES (?, 'build', ?, ?, 1)",
    source,
    run.id,
    id,
  )
  return id as BuildId
}

/** It was run again there: the last try counts. */
export function updateMonitored(db: Database, id: BuildId, run: MonitoredRun): void {
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

/** The row that stands for a machine of which nothing is known but its name. */
export function slaveElsewhere(db: Database, name: string): SlaveId {
  const known = db.get<{ id: SlaveId }>('SELECT id FROM slaves WHERE name = ?', name)
  if (known) return known.id
  return db.run(
    "INSERT INTO slaves (name, kind, tags, max_builds, active, info) VALUES (?, 'remote', '[]', 1, 0, '{}')",
    name,
  ).id as SlaveId
}
