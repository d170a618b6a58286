import { expect, test } from 'vitest'
import { type TestsQuery, testRuns, testSummaries } from '../../../main/master/db/test-history.ts'
import type { Builder, TestOutcome } from '../../../main/master/model.ts'
import { BISECT_SCHEDULER, FAILURE, SUCCESS } from '../../../main/master/results.ts'
import { type TestData, testData } from '../../helpers/data.ts'

type Results = Readonly<Record<string, readonly [TestOutcome, number | null]>>

/** A finished build of a revision, with one step that ran these tests. */
function ran(
  desk: TestData,
  builder: Builder,
  revision: string,
  results: Results,
  scheduler = 's',
) {
  const { data } = desk
  const { id } = data.startBuild(
    desk.request(builder, { collapse: false, revision, scheduler }),
    data.slave('local')!.id,
    {},
  )!
  data.setRevision(id, revision)
  const step = data.startStep({
    buildId: id,
    number: 0,
    name: 'test',
    kind: 'test',
    stateString: '',
    hidden: false,
  })
  const all = Object.entries(results).map(([path, [outcome, durationMs]]) => {
    const [suite, name] = path.split('/')
    return { suite: suite!, name: name!, outcome, durationMs, message: 'said' }
  })
  const counted = (outcome: TestOutcome) => all.filter(one => one.outcome === outcome).length
  const counts = {
    passed: counted('passed'),
    failed: counted('failed'),
    skipped: counted('skipped'),
  }
  data.addTestResults(step.id, all)
  data.setTestCounts(step.id, counts)
  const good = counts.failed === 0 ? SUCCESS : FAILURE
  data.finishStep(step.id, good, '')
  return data.finishBuild(id, good, '')
}

const ALL: TestsQuery = { builderId: null, search: '', order: 'name', limit: 50 }

function someBuilds() {
  const desk = testData()
  const [linux, mac] = [desk.builder('linux'), desk.builder('mac')]
  ran(desk, linux, 'r1', {
    'u/steady': ['passed', 10],
    'u/moody': ['passed', 300],
    'u/broke': ['passed', 1],
  })
  ran(desk, linux, 'r1', {
    'u/steady': ['passed', 30],
    'u/moody': ['failed', 100],
    'u/broke': ['failed', 1],
  })
  ran(desk, linux, 'r2', {
    'u/steady': ['passed', 20],
    'u/moody': ['passed', 200],
    'u/broke': ['failed', 1],
  })
  ran(desk, linux, 'r3', {
    'u/steady': ['skipped', null],
    'u/moody': ['failed', 400],
    'u/broke': ['passed', 1],
  })
  ran(desk, linux, 'r0', { 'u/steady': ['failed', 900] }, BISECT_SCHEDULER)
  const last = ran(desk, mac, 'r3', { 'u/steady': ['failed', 5] })
  return { desk, linux, mac, last }
}

test('each test of each builder is summed up over the newest builds; skipped runs do not count', () => {
  const { desk, linux, mac } = someBuilds()
  const { tests, builds, more } = testSummaries(desk.db, ALL)
  const told = tests.map(one => [
    one.builderId,
    one.name,
    one.runs,
    one.failed,
    one.flips,
    one.mixed,
    one.medianMs,
    one.slowestMs,
    one.recent,
  ])
  expect([told, builds, more]).toEqual([
    [
      [linux.id, 'broke', 4, 2, 2, 1, 1, 1, 'pffp'],
      [linux.id, 'moody', 4, 2, 3, 1, 250, 400, 'pfpf'],
      [linux.id, 'steady', 3, 0, 0, 0, 20, 30, 'ppp'],
      [mac.id, 'steady', 1, 1, 0, 0, 5, 5, 'f'],
    ],
    5,
    false,
  ])
})

test('flaky, failing and slow ones are found, of one builder or by a part of the name', () => {
  const { desk, linux } = someBuilds()
  const names = (query: Partial<TestsQuery>) =>
    testSummaries(desk.db, { ...ALL, ...query }).tests.map(one => one.name)
  expect([
    names({ order: 'flaky' }),
    names({ order: 'failing' }),
    names({ order: 'slow', builderId: linux.id, limit: 2 }),
    names({ search: 'STEA' }),
    names({ search: '%' }),
  ]).toEqual([
    ['moody', 'broke'],
    ['broke', 'moody', 'steady'],
    ['moody', 'steady'],
    ['steady', 'steady'],
    [],
  ])
})

test('a test that broke and was repaired on other revisions is not flaky', () => {
  const desk = testData()
  const linux = desk.builder('linux')
  for (const [revision, outcome] of [
    ['a', 'passed'],
    ['b', 'failed'],
    ['c', 'failed'],
    ['d', 'passed'],
  ] as const)
    ran(desk, linux, revision, { 'u/t': [outcome, 1] })
  expect(testSummaries(desk.db, { ...ALL, order: 'flaky' }).tests).toEqual([])
})

test('one test is told build by build, with how it ended at the other builders of the project', () => {
  const { desk, linux, mac, last } = someBuilds()
  const { runs, elsewhere } = testRuns(desk.db, { builderId: linux.id, suite: 'u', name: 'steady' })
  expect([
    runs.map(run => [run.build.number, run.outcome, run.durationMs, run.message]),
    elsewhere,
    testRuns(desk.db, { builderId: mac.id, suite: 'U', name: 'steady' }).runs,
  ]).toEqual([
    [
      [4, 'skipped', null, 'said'],
      [3, 'passed', 20, 'said'],
      [2, 'passed', 30, 'said'],
      [1, 'passed', 10, 'said'],
    ],
    [{ builderId: mac.id, buildId: last.id, number: 1, outcome: 'failed' }],
    [],
  ])
})

test('a history without tests has none', () => {
  const desk = testData()
  expect(testSummaries(desk.db, ALL)).toEqual({ tests: [], builds: 0, more: false })
})
