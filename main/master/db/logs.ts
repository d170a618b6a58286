import type { Artifact, BuildId, Log, LogId, StepId } from '../model.ts'
import type { Database, Row } from './database.ts'

export function insertLog(db: Database, log: Pick<Log, 'stepId' | 'name' | 'kind'>): LogId {
  return db.run(
    'INSERT INTO logs (step_id, name, kind, line_count, byte_count, complete) VALUES (?, ?, ?, 0, 0, 0)',
    log.stepId,
    log.name,
    log.kind,
  ).id as LogId
}

export function completeLog(
  db: Database,
  id: LogId,
  counts: Pick<Log, 'lineCount' | 'byteCount'>,
): void {
  db.run(
    'UPDATE logs SET line_count = ?, byte_count = ?, complete = 1 WHERE id = ?',
    counts.lineCount,
    counts.byteCount,
    id,
  )
}

export function findLog(db: Database, id: LogId): Log | undefined {
  const row = db.get('SELECT * FROM logs WHERE id = ?', id)
  return row && toLog(row)
}

export function logsOfStep(db: Database, id: StepId): Log[] {
  return db.all('SELECT * FROM logs WHERE step_id = ? ORDER BY id', id).map(toLog)
}

export function logsOfBuild(db: Database, id: BuildId): Log[] {
  return db
    .all(
      'SELECT l.* FROM logs l JOIN steps s ON s.id = l.step_id WHERE s.build_id = ? ORDER BY l.id',
      id,
    )
    .map(toLog)
}

export function growingLogs(db: Database): Log[] {
  return db.all('SELECT * FROM logs WHERE complete = 0').map(toLog)
}

export function saveArtifact(db: Database, artifact: Artifact): void {
  db.run(
    `INSERT INTO artifacts (build_id, path, size_bytes, sha256) VALUES (?, ?, ?, ?)
     ON CONFLICT (build_id, path) DO UPDATE SET size_bytes = excluded.size_bytes, sha256 = excluded.sha256`,
    artifact.buildId,
    artifact.path,
    artifact.sizeBytes,
    artifact.sha256,
  )
}

export function artifactsOfBuild(db: Database, id: BuildId): Artifact[] {
  return db.all<Artifact>(
    `SELECT build_id AS buildId, path, size_bytes AS sizeBytes, sha256
     FROM artifacts WHERE build_id = ? ORDER BY path`,
    id,
  )
}

function toLog(row: Row): Log {
  return {
    id: row.id as LogId,
    stepId: row.step_id as StepId,
    name: row.name as string,
    kind: row.kind as Log['kind'],
    lineCount: row.line_count as number,
    byteCount: row.byte_count as number,
    complete: row.complete === 1,
  }
}
