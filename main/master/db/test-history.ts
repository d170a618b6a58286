import type { Build, BuilderId, BuildId, TestOutcome } from '../model.ts'
import { BISECT_SCHEDULER } from '../results.ts'
import { selectBuilds } from './builds.ts'
import type { Database } from './database.ts'

export interface TestsQuery {
  /** `null`: of all builders. */
  readonly builderId: BuilderId | null
  /** A part of the name or suite; empty for all. */
  readonly search: string
  readonly order: 'flaky' | 'failing' | 'slow' | 'name'
  readonly limit: number
}

/** How one test of one builder fared in the newest builds. */
export interface TestSummary {
  readonly builderId: BuilderId
  readonly suite: string
  readonly name: string
  /** Runs in which it was not skipped. */
  readonly runs: number
  readonly failed: number
  /** How often it ended otherwise than the time before. */
  readonly flips: number
  /** Of so many revisions it both passed and failed. */
  readonly mixed: number
  /** `null` where durations were not told. */
  readonly medianMs: number | null
  readonly slowestMs: number | null
  /** A letter for each run, `p` or `f`, the newest last. */
  readonly recent: string
}

export interface TestsAnswer {
  readonly tests: readonly TestSummary[]
  /** How many builds with tests were looked at. */
  readonly builds: number
  readonly more: boolean
}

export interface TestQuery {
  readonly builderId: BuilderId
  readonly suite: string
  readonly name: string
}

export interface TestRun {
  readonly build: Build
  readonly outcome: TestOutcome
  readonly durationMs: number | null
  readonly message: string
}

export interface TestAnswer {
  /** Newest first. */
  readonly runs: readonly TestRun[]
  /** How the test ended last at other builders of the project. */
  readonly elsewhere: readonly {
    readonly builderId: BuilderId
    readonly buildId: BuildId
    readonly number: number
    readonly outcome: TestOutcome
  }[]
}

// Among so many builds those with tests are looked for, and of those so many are looked at:
// what happened longer ago says little about a test of today.
const LOOKED_AT = 3000
const MOST_BUILDS = 60
const MOST_BUILDS_OF_ALL = 200
const MOST_ELSEWHERE = 30

// However many tests a builder has: so many results are summed up, and gone through for one test.
const SUMMED_RESULTS = 120_000
const SEARCHED_RESULTS = 500_000

// Steps that ran tests, of the newest builds. ?1 builder or NULL, ?2 how many. A bisect goes back and forth
// between old changes: no test is flaky for that.
function testedSteps(mostResults: number): string {
  return `looked AS (
    SELECT b.id, b.builder_id, b.number, b.revision FROM builds b
    WHERE (?1 IS NULL OR b.builder_id = ?1) AND b.complete_at IS NOT NULL
      AND (SELECT s.scheduler FROM build_requests r JOIN buildsets s ON s.id = r.buildset_id
           WHERE r.id = b.request_id) <> '${BISECT_SCHEDULER}'
    ORDER BY b.id DESC LIMIT ${LOOKED_AT}
  ), counted AS (
    SELECT l.id AS build_id, l.builder_id, l.revision, s.id AS step_id,
      s.tests_passed + s.tests_failed + s.tests_skipped AS results
    FROM looked l JOIN steps s ON s.build_id = l.id
    WHERE s.tests_passed IS NOT NULL ORDER BY l.id DESC, s.id DESC LIMIT ?2
  ), tested AS MATERIALIZED (
    SELECT * FROM (
      SELECT *, sum(results) OVER (ORDER BY build_id DESC, step_id DESC) - results AS newer FROM counted
    ) WHERE newer < ${mostResults}
  )`
}

const ORDERS: Readonly<Record<TestsQuery['order'], string>> = {
  flaky: 'mixed DESC, flips DESC, failed DESC, name',
  failing: 'failed DESC, name',
  slow: 'medianMs DESC, name',
  name: 'name, suite',
}
// A test that broke and was repaired has flipped twice, and is not flaky for that.
const ONLY: Readonly<Record<TestsQuery['order'], string>> = {
  flaky: 'WHERE mixed > 0 OR flips > 2',
  failing: 'WHERE failed > 0',
  slow: 'WHERE medianMs IS NOT NULL',
  name: '',
}

/** The tests of the newest builds, with how they fared. */
export function testSummaries(
  db: Database,
  { builderId, search, order, limit }: TestsQuery,
): TestsAnswer {
  const builds = builderId === null ? MOST_BUILDS_OF_ALL : MOST_BUILDS
  const found = db.all<TestSummary & Record<string, never>>(
    `WITH ${testedSteps(SUMMED_RESULTS)}, ran AS (
       SELECT t.builder_id, t.build_id, t.revision, r.id, r.suite, r.name, r.outcome, r.duration_ms,
         lag(r.outcome) OVER (PARTITION BY t.builder_id, r.suite, r.name ORDER BY t.build_id, r.id) AS before,
         row_number() OVER (PARTITION BY t.builder_id, r.suite, r.name ORDER BY r.duration_ms) AS at,
         count(*) OVER (PARTITION BY t.builder_id, r.suite, r.name) AS n
       FROM tested t JOIN test_results r ON r.step_id = t.step_id
       WHERE r.outcome <> 'skipped'
         AND (?3 = '' OR instr(lower(r.name), ?3) > 0 OR instr(lower(r.suite), ?3) > 0)
     ), mixed AS (
       SELECT builder_id, suite, name, count(*) AS n FROM (
         SELECT builder_id, suite, name FROM ran WHERE revision IS NOT NULL
         GROUP BY builder_id, suite, name, revision HAVING count(DISTINCT outcome) > 1
       ) GROUP BY builder_id, suite, name
     ), summed AS (
       SELECT r.builder_id AS builderId, r.suite, r.name, count(*) AS runs,
         sum(r.outcome = 'failed') AS failed, ifnull(sum(r.outcome <> r.before), 0) AS flips,
         ifnull(max(m.n), 0) AS mixed,
         avg(CASE WHEN r.at IN ((r.n + 1) / 2, (r.n + 2) / 2) THEN r.duration_ms END) AS medianMs,
         max(r.duration_ms) AS slowestMs,
         group_concat(substr(r.outcome, 1, 1), '' ORDER BY r.build_id, r.id) AS recent
       FROM ran r LEFT JOIN mixed m
         ON m.builder_id = r.builder_id AND m.suite = r.suite AND m.name = r.name
       GROUP BY r.builder_id, r.suite, r.name
     )
     SELECT * FROM summed ${ONLY[order]} ORDER BY ${ORDERS[order]}, builderId LIMIT ?4`,
    builderId,
    builds,
    search.toLowerCase(),
    limit + 1,
  )
  const looked = db.get<{ n: number }>(
    `WITH ${testedSteps(SUMMED_RESULTS)} SELECT count(DISTINCT build_id) AS n FROM tested`,
    builderId,
    builds,
  )!
  return { tests: found.slice(0, limit), builds: looked.n, more: found.length > limit }
}

/** One test, build by build. */
export function testRuns(db: Database, { builderId, suite, name }: TestQuery): TestAnswer {
  const rows = db.all<{
    build_id: BuildId
    outcome: TestOutcome
    duration_ms: number | null
    message: string
  }>(
    `WITH ${testedSteps(SEARCHED_RESULTS)} SELECT t.build_id, r.outcome, r.duration_ms, r.message
     FROM tested t JOIN test_results r ON r.step_id = t.step_id
     WHERE r.suite = ?3 AND r.name = ?4 ORDER BY t.build_id DESC, r.id DESC`,
    builderId,
    MOST_BUILDS_OF_ALL,
    suite,
    name,
  )
  const builds = new Map(
    selectBuilds(
      db,
      'WHERE b.id IN (SELECT value FROM json_each(?))',
      JSON.stringify(rows.map(row => row.build_id)),
    ).map(build => [build.id, build]),
  )
  return {
    runs: rows.map(row => ({
      build: builds.get(row.build_id)!,
      outcome: row.outcome,
      durationMs: row.duration_ms,
      message: row.message,
    })),
    elsewhere: elsewhere(db, { builderId, suite, name }),
  }
}

function elsewhere(db: Database, { builderId, suite, name }: TestQuery): TestAnswer['elsewhere'] {
  const others = db.all<{ id: BuilderId }>(
    `SELECT o.id FROM builders o JOIN builders b ON b.project = o.project
     WHERE b.id = ? AND o.id <> b.id AND o.active ORDER BY o.position LIMIT ${MOST_ELSEWHERE}`,
    builderId,
  )
  return others.flatMap(({ id }) =>
    db.all(
      `WITH ${testedSteps(SEARCHED_RESULTS)} SELECT t.builder_id AS builderId, t.build_id AS buildId, b.number, r.outcome
       FROM tested t JOIN test_results r ON r.step_id = t.step_id JOIN builds b ON b.id = t.build_id
       WHERE r.suite = ?3 AND r.name = ?4 ORDER BY t.build_id DESC LIMIT 1`,
      id,
      3,
      suite,
      name,
    ),
  )
}
