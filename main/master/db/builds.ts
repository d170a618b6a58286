import type {
  Build,
  BuilderId,
  BuildId,
  BuildRequestId,
  ChangeId,
  Moment,
  RunId,
  SlaveId,
} from '../model.ts'
import type { Result } from '../results.ts'
import type { Database, Row } from './database.ts'

const SELECT = `SELECT b.id, b.builder_id, b.number, b.request_id, b.started_at, b.complete_at,
    b.results, b.state_string, ifnull(b.revision, ss.revision) AS revision,
    sl.name AS slave, s.reason, s.scheduler, ss.branch
  FROM builds b JOIN slaves sl ON sl.id = b.slave_id
  JOIN build_requests r ON r.id = b.request_id JOIN buildsets s ON s.id = r.buildset_id
  JOIN sourcestamps ss ON ss.id = s.sourcestamp_id`

export interface NewBuild {
  readonly builderId: BuilderId
  readonly requestId: BuildRequestId
  readonly slaveId: SlaveId
  readonly runId: RunId
  readonly startedAt: Moment
  readonly stateString: string
  readonly environmentId: number | null
  /** The next one of its builder when it is left out. */
  readonly number?: number
}

export function insertBuild(db: Database, build: NewBuild): BuildId {
  return db.run(
    `INSERT INTO builds (builder_id, number, request_id, slave_id, run_id, started_at, state_string, environment_id)
     VALUES (?1, ifnull(?8, (SELECT ifnull(max(number), 0) + 1 FROM builds WHERE builder_id = ?1)), ?2, ?3, ?4, ?5, ?6, ?7)`,
    build.builderId,
    build.requestId,
    build.slaveId,
    build.runId,
    build.startedAt,
    build.stateString,
    build.environmentId,
    build.number ?? null,
  ).id as BuildId
}

export function setBuildState(db: Database, id: BuildId, stateString: string): void {
  db.run('UPDATE builds SET state_string = ? WHERE id = ?', stateString, id)
}

export function setBuildRevision(db: Database, id: BuildId, revision: string): void {
  db.run('UPDATE builds SET revision = ? WHERE id = ?', revision, id)
}

export function completeBuild(
  db: Database,
  id: BuildId,
  results: Result,
  stateString: string,
  completeAt: Moment,
): void {
  db.run(
    'UPDATE builds SET results = ?, state_string = ?, complete_at = ? WHERE id = ?',
    results,
    stateString,
    completeAt,
    id,
  )
}

export function findBuild(db: Database, id: BuildId): Build | undefined {
  const row = db.get(`${SELECT} WHERE b.id = ?`, id)
  return row && toBuild(row)
}

export function findBuildByNumber(
  db: Database,
  builder: BuilderId,
  number: number,
): Build | undefined {
  const row = db.get(`${SELECT} WHERE b.builder_id = ? AND b.number = ?`, builder, number)
  return row && toBuild(row)
}

export interface BuildQuery {
  readonly builderId?: BuilderId
  readonly slave?: string
  readonly before?: BuildId
  readonly complete?: boolean
  readonly results?: Result
  readonly oldestFirst?: boolean
  readonly limit: number
  readonly offset?: number
}

/** Newest first unless asked otherwise. */
export function listBuilds(db: Database, query: BuildQuery): Build[] {
  const { where, values } = conditions(query)
  const order = query.oldestFirst ? 'ASC' : 'DESC'
  return db
    .all(
      `${SELECT} ${where} ORDER BY b.id ${order} LIMIT ? OFFSET ?`,
      ...values,
      query.limit,
      query.offset ?? 0,
    )
    .map(toBuild)
}

export function countBuilds(db: Database, query: Omit<BuildQuery, 'limit' | 'offset'>): number {
  const { where, values } = conditions(query)
  return db.get<{ n: number }>(
    `SELECT count(*) AS n FROM builds b JOIN slaves sl ON sl.id = b.slave_id ${where}`,
    ...values,
  )!.n
}

function conditions(query: Omit<BuildQuery, 'limit' | 'offset'>) {
  const terms: string[] = []
  const values: (string | number)[] = []
  const add = (term: string, value: string | number | undefined) => {
    if (value === undefined) return
    terms.push(term)
    values.push(value)
  }
  add('b.builder_id = ?', query.builderId)
  add('sl.name = ?', query.slave)
  add('b.id < ?', query.before)
  add('b.results = ?', query.results)
  if (query.complete !== undefined)
    terms.push(`b.complete_at IS ${query.complete ? 'NOT NULL' : 'NULL'}`)
  return { where: terms.length > 0 ? `WHERE ${terms.join(' AND ')}` : '', values }
}

/** Builds that a condition of our own picks, in its order. */
export function selectBuilds(
  db: Database,
  where: string,
  ...values: readonly (string | number)[]
): Build[] {
  return db.all(`${SELECT} ${where}`, ...values).map(toBuild)
}

/** Builds that have not ended, of every run. */
export function runningBuilds(db: Database): Build[] {
  return db.all(`${SELECT} WHERE b.complete_at IS NULL ORDER BY b.id`).map(toBuild)
}

export function buildsOfRequest(db: Database, id: BuildRequestId): Build[] {
  return db.all(`${SELECT} WHERE b.request_id = ? ORDER BY b.id`, id).map(toBuild)
}

/** The builds that contain a change, those of collapsed requests included. */
export function buildsOfChange(db: Database, id: ChangeId): Build[] {
  return db
    .all(
      `WITH RECURSIVE serving (request_id) AS (
         SELECT r.id FROM build_requests r JOIN buildset_changes bc ON bc.buildset_id = r.buildset_id
         WHERE bc.change_id = ?
         UNION
         SELECT r.collapsed_into FROM build_requests r JOIN serving s ON r.id = s.request_id
         WHERE r.collapsed_into IS NOT NULL
       )
       ${SELECT} WHERE b.request_id IN (SELECT request_id FROM serving) ORDER BY b.id`,
      id,
    )
    .map(toBuild)
}

/** The next builds of its builder on its slave, oldest first. */
export function buildsAfter(
  db: Database,
  { builderId, number, slave }: Pick<Build, 'builderId' | 'number' | 'slave'>,
  limit: number,
): Build[] {
  return selectBuilds(
    db,
    'WHERE b.builder_id = ? AND b.number > ? AND sl.name = ? ORDER BY b.number LIMIT ?',
    builderId,
    number,
    slave,
    limit,
  )
}

/** The newest finished builds of a builder, newest first. */
export function lastFinishedBuilds(db: Database, builder: BuilderId, limit: number): Build[] {
  return db
    .all(
      `${SELECT} WHERE b.builder_id = ? AND b.complete_at IS NOT NULL ORDER BY b.number DESC LIMIT ?`,
      builder,
      limit,
    )
    .map(toBuild)
}

function toBuild(row: Row): Build {
  return {
    id: row.id as BuildId,
    builderId: row.builder_id as BuilderId,
    number: row.number as number,
    requestId: row.request_id as BuildRequestId,
    slave: row.slave as string,
    reason: row.reason as string,
    scheduler: row.scheduler as string,
    branch: row.branch as string | null,
    revision: row.revision as string | null,
    startedAt: row.started_at as Moment,
    completeAt: row.complete_at as Moment | null,
    results: row.results as Result | null,
    stateString: row.state_string as string,
  }
}
