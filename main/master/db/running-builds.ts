import type { BuildId } from '../model.ts'
import type { Result } from '../results.ts'
import type { Database, Row } from './database.ts'
import { readJson, readRecord, readTexts } from './json.ts'

/** What the next master needs to go on with a build. */
export interface RunningBuild {
  readonly buildId: BuildId
  /** Random; the ids of its commands begin with it. */
  readonly marker: string
  /** Which life of the slave it runs in; `null` where its commands end with their link. */
  readonly slaveRun: string | null
  /** The builder as it was configured when the build began. */
  readonly builder: unknown
  /** The locks that its open step has. */
  readonly stepLocks: readonly string[]
  /** How it is to end, once it was asked to. */
  readonly ending: { readonly results: Result; readonly why: string } | null
}

export function insertRunningBuild(
  db: Database,
  one: Pick<RunningBuild, 'buildId' | 'marker' | 'slaveRun'> & { readonly builderJson: string },
): void {
  db.run(
    'INSERT INTO running_builds (build_id, marker, slave_run, builder) VALUES (?, ?, ?, ?)',
    one.buildId,
    one.marker,
    one.slaveRun,
    one.builderJson,
  )
}

export function deleteRunningBuild(db: Database, id: BuildId): void {
  db.run('DELETE FROM running_builds WHERE build_id = ?', id)
}

export function setStepLocks(db: Database, id: BuildId, names: readonly string[]): void {
  db.run('UPDATE running_builds SET step_locks = ? WHERE build_id = ?', JSON.stringify(names), id)
}

export function setBuildEnding(db: Database, id: BuildId, ending: RunningBuild['ending']): void {
  db.run('UPDATE running_builds SET ending = ? WHERE build_id = ?', JSON.stringify(ending), id)
}

/** In the order in which they began. */
export function listRunningBuilds(db: Database): RunningBuild[] {
  return db.all('SELECT * FROM running_builds ORDER BY build_id').map(toRunningBuild)
}

function toRunningBuild(row: Row): RunningBuild {
  return {
    buildId: row.build_id as BuildId,
    marker: row.marker as string,
    slaveRun: row.slave_run as string | null,
    builder: readJson(row.builder),
    stepLocks: readTexts(row.step_locks),
    ending: toEnding(row.ending),
  }
}

function toEnding(value: unknown): RunningBuild['ending'] {
  const { results, why } = readRecord(value)
  return typeof results === 'number' ? { results: results as Result, why: String(why ?? '') } : null
}
