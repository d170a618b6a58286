import type {
  BuildId,
  Moment,
  Step,
  StepId,
  TestCounts,
  TestOutcome,
  TestResult,
} from '../model.ts'
import type { Result } from '../results.ts'
import type { Database, Row } from './database.ts'

export type NewStep = Pick<
  Step,
  'buildId' | 'number' | 'name' | 'kind' | 'startedAt' | 'stateString' | 'hidden'
>

export function insertStep(db: Database, step: NewStep): StepId {
  return db.run(
    `INSERT INTO steps (build_id, number, name, kind, started_at, state_string, hidden)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    step.buildId,
    step.number,
    step.name,
    step.kind,
    step.startedAt,
    step.stateString,
    Number(step.hidden),
  ).id as StepId
}

export function setStepState(db: Database, id: StepId, stateString: string): void {
  db.run('UPDATE steps SET state_string = ? WHERE id = ?', stateString, id)
}

export function setStepTests(db: Database, id: StepId, tests: TestCounts): void {
  db.run(
    'UPDATE steps SET tests_passed = ?, tests_failed = ?, tests_skipped = ? WHERE id = ?',
    tests.passed,
    tests.failed,
    tests.skipped,
    id,
  )
}

export function completeStep(
  db: Database,
  id: StepId,
  results: Result,
  stateString: string,
  completeAt: Moment,
): void {
  db.run(
    'UPDATE steps SET results = ?, state_string = ?, complete_at = ? WHERE id = ?',
    results,
    stateString,
    completeAt,
    id,
  )
}

/** Ends steps that were left open by builds that have ended, of the last so many builds. */
export function closeLeftSteps(db: Database, results: Result, builds: number): void {
  db.run(
    `UPDATE steps SET results = ?, complete_at =
       (SELECT complete_at FROM builds WHERE builds.id = steps.build_id)
     WHERE complete_at IS NULL AND build_id > (SELECT max(id) FROM builds) - ?
       AND build_id IN (SELECT id FROM builds WHERE complete_at IS NOT NULL)`,
    results,
    builds,
  )
}

export function findStep(db: Database, id: StepId): Step | undefined {
  const row = db.get('SELECT * FROM steps WHERE id = ?', id)
  return row && toStep(row)
}

export function stepsOfBuild(db: Database, id: BuildId): Step[] {
  return db.all('SELECT * FROM steps WHERE build_id = ? ORDER BY number', id).map(toStep)
}

/** Steps of many builds at once, in order of build and number. */
export function stepsOfBuilds(db: Database, ids: readonly BuildId[]): Step[] {
  return db
    .all(
      'SELECT * FROM steps WHERE build_id IN (SELECT value FROM json_each(?)) ORDER BY build_id, number',
      JSON.stringify(ids),
    )
    .map(toStep)
}

/** Replaces what is there: a step that is run again by another master finds the same once more. */
export function deleteTestResults(db: Database, id: StepId): void {
  db.run('DELETE FROM test_results WHERE step_id = ?', id)
}

export function insertTestResults(
  db: Database,
  stepId: StepId,
  results: readonly Omit<TestResult, 'stepId'>[],
): void {
  for (const result of results)
    db.run(
      'INSERT INTO test_results (step_id, suite, name, outcome, duration_ms, message) VALUES (?, ?, ?, ?, ?, ?)',
      stepId,
      result.suite,
      result.name,
      result.outcome,
      result.durationMs,
      result.message,
    )
}

/** Failed first, then in the order in which they ran. */
export function testResultsOfBuild(db: Database, id: BuildId, limit: number): TestResult[] {
  return db
    .all(
      `SELECT t.* FROM test_results t JOIN steps s ON s.id = t.step_id
       WHERE s.build_id = ? ORDER BY t.outcome <> 'failed', t.id LIMIT ?`,
      id,
      limit,
    )
    .map(row => ({
      stepId: row.step_id as StepId,
      suite: row.suite as string,
      name: row.name as string,
      outcome: row.outcome as TestOutcome,
      durationMs: row.duration_ms as number | null,
      message: row.message as string,
    }))
}

function toStep(row: Row): Step {
  return {
    id: row.id as StepId,
    buildId: row.build_id as BuildId,
    number: row.number as number,
    name: row.name as string,
    kind: row.kind as string,
    startedAt: row.started_at as Moment,
    completeAt: row.complete_at as Moment | null,
    results: row.results as Result | null,
    stateString: row.state_string as string,
    hidden: row.hidden === 1,
    tests:
      row.tests_passed === null
        ? null
        : {
            passed: row.tests_passed as number,
            failed: row.tests_failed as number,
            skipped: row.tests_skipped as number,
          },
  }
}
