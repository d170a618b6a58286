import type { Moment, RunId } from '../model.ts'
import type { Database } from './database.ts'

/** How a run came to its end. A run without one was killed. */
export type RunEnding = 'clean' | 'found-dead'

export interface Run {
  readonly id: RunId
  readonly version: string
  readonly shell: string
  readonly startedAt: Moment
  readonly endedAt: Moment | null
  readonly ending: RunEnding | null
}

export function insertRun(db: Database, version: string, shell: string, startedAt: Moment): RunId {
  return db.run(
    'INSERT INTO runs (version, shell, started_at) VALUES (?, ?, ?)',
    version,
    shell,
    startedAt,
  ).id as RunId
}

export function endRun(db: Database, id: RunId, endedAt: Moment, ending: RunEnding): void {
  db.run('UPDATE runs SET ended_at = ?, ending = ? WHERE id = ?', endedAt, ending, id)
}

/** Newest first. */
export function listRuns(db: Database, limit: number): Run[] {
  return db.all<Run>(
    `SELECT id, version, shell, started_at AS startedAt, ended_at AS endedAt, ending
     FROM runs ORDER BY id DESC LIMIT ?`,
    limit,
  )
}

/** Runs that never said goodbye, the present one aside. */
export function unendedRuns(db: Database, present: RunId): RunId[] {
  return db
    .all<{ id: RunId }>('SELECT id FROM runs WHERE ended_at IS NULL AND id <> ?', present)
    .map(row => row.id)
}
