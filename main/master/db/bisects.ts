import type { Build, BuilderId, BuildRequestId, Change, ChangeId } from '../model.ts'
import { type Result, SUCCESS, WARNINGS } from '../results.ts'
import { findBuild } from './builds.ts'
import { toChange } from './changes.ts'
import type { Database } from './database.ts'
import { readSchedulerState, saveSchedulerState } from './events.ts'
import { readJson, within } from './json.ts'

/** The property of a buildset that says of which bisect its builds are, and who sets it. */
export const BISECT_PROPERTY = { name: 'bisect', source: 'Bisect' } as const

/** The rows of `scheduler_state` in which bisects are: one for each builder and bad build. */
const OWNER = 'bisect'
const keyOf = (builder: BuilderId, bad: number) => `${builder} ${bad}`

export function readBisect(db: Database, builder: BuilderId, bad: number): unknown {
  return readJson(readSchedulerState(db, OWNER, keyOf(builder, bad)) ?? '')
}

export function listBisects(db: Database): { builderId: BuilderId; value: unknown }[] {
  return db
    .all<{ key: string; value: string }>(
      'SELECT key, value FROM scheduler_state WHERE scheduler = ?',
      OWNER,
    )
    .map(({ key, value }) => ({
      builderId: Number(key.split(' ')[0]) as BuilderId,
      value: readJson(value),
    }))
}

export function saveBisect(db: Database, builder: BuilderId, bad: number, value: unknown): void {
  saveSchedulerState(db, OWNER, keyOf(builder, bad), JSON.stringify(value))
}

// What a build was of: what was asked for, in the words of its change, else what it checked out.
const REVISION = 'ifnull(ss.revision, b.revision)'
const JOINED = `builds b JOIN build_requests r ON r.id = b.request_id
  JOIN buildsets s ON s.id = r.buildset_id JOIN sourcestamps ss ON ss.id = s.sourcestamp_id`

/** The change that a build was of, on its branch. */
export function changeBuilt(db: Database, { id }: Pick<Build, 'id'>): Change | undefined {
  const row = db.get(
    `SELECT c.* FROM ${JOINED} JOIN changes c
       ON c.project = ss.project AND c.branch = ss.branch AND c.revision = ${REVISION}
     WHERE b.id = ? ORDER BY c.id DESC LIMIT 1`,
    id,
  )
  return row && toChange(row)
}

/** The last good build of the builder before this one that is of an earlier change of the same branch. */
export function lastGreenBefore(
  db: Database,
  build: Pick<Build, 'builderId' | 'number'>,
  change: Change,
): { readonly build: Build; readonly changeId: ChangeId } | undefined {
  const row = db.get<{ id: Build['id']; changeId: ChangeId }>(
    `SELECT b.id, c.id AS changeId FROM ${JOINED} JOIN changes c
       ON c.project = ss.project AND c.branch = ss.branch AND c.revision = ${REVISION}
     WHERE b.builder_id = ? AND b.number < ? AND b.results IN (${SUCCESS}, ${WARNINGS})
       AND ss.project = ? AND ss.branch = ? AND c.id < ?
     ORDER BY b.number DESC, c.id DESC LIMIT 1`,
    build.builderId,
    build.number,
    change.project,
    change.branch,
    change.id,
  )
  return row && { build: findBuild(db, row.id)!, changeId: row.changeId }
}

/** The changes of a branch after one and up to another, oldest first, each revision once. */
export function changesOfBranch(db: Database, after: ChangeId, upTo: Change): Change[] {
  const found = db
    .all(
      `SELECT * FROM changes WHERE project = ? AND branch = ? AND id > ? AND id <= ? ORDER BY id`,
      upTo.project,
      upTo.branch,
      after,
      upTo.id,
    )
    .map(toChange)
  return [...new Map(found.map(change => [change.revision, change])).values()].sort(
    (a, b) => a.id - b.id,
  )
}

/** How a build of a revision ended. */
export interface Attempt {
  readonly buildId: Build['id']
  readonly requestId: BuildRequestId
  readonly revision: string | null
  readonly results: Result
}

/** How builds of a builder after one of them ended, oldest first. */
export function attemptsAfter(db: Database, builder: BuilderId, number: number): Attempt[] {
  return db.all<Attempt>(
    `SELECT b.id AS buildId, b.request_id AS requestId, ${REVISION} AS revision, b.results FROM ${JOINED}
     WHERE b.builder_id = ? AND b.number > ? AND b.results IS NOT NULL ORDER BY b.number`,
    builder,
    number,
  )
}

/** The requests of a bisect, oldest first. */
export function requestsOfBisect(
  db: Database,
  builder: BuilderId,
  bad: number,
  since: BuildRequestId,
): { readonly id: BuildRequestId; readonly revision: string; readonly results: Result | null }[] {
  return db.all(
    `SELECT r.id, ss.revision, r.results FROM build_requests r
     JOIN buildsets s ON s.id = r.buildset_id JOIN sourcestamps ss ON ss.id = s.sourcestamp_id
     JOIN buildset_properties p ON p.buildset_id = s.id
     WHERE r.id >= ? AND r.builder_id = ? AND p.name = '${BISECT_PROPERTY.name}'
       AND p.source = '${BISECT_PROPERTY.source}' AND ${within('$.bad')} = ?
     ORDER BY r.id`,
    since,
    builder,
    bad,
  )
}
