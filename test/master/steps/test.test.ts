import { beforeAll, expect, test } from 'vitest'
import { outcome, type TestMaster, testMaster } from '../../helpers/master.ts'

let one: TestMaster
let count = 0
beforeAll(async () => {
  one = await testMaster()
})

async function run(steps: readonly unknown[]) {
  const name = `it-${++count}`
  const { problems } = one.configure({ builders: [{ name, steps }] })
  expect(problems).toEqual([])
  const build = await one.build(name)
  const found = one.data
    .testResultsOfBuild(build.id, 100)
    .map(({ suite, name, outcome }) => `${suite ? `${suite}/` : ''}${name}: ${outcome}`)
  return { build, how: outcome(build), steps: one.steps(build), found }
}

const tap = (...lines: string[]) =>
  `printf '%s\\n' 'TAP version 13' ${lines.map(line => `'${line}'`).join(' ')}`
const report = (file: string, ...tests: string[]) =>
  `mkdir -p $(dirname ${file}); echo '<testsuite name="s">${tests.join('')}</testsuite>' > ${file}`
const GOOD = '<testcase name="good"/>'
const BAD = '<testcase name="bad"><failure message="why"/></testcase>'

test('tests that pass are counted', async () => {
  const result = await run([{ test: tap('ok 1 - a', 'ok 2 - b # skip', '1..2') }])
  expect([result.steps, result.found, one.data.stepsOfBuild(result.build.id)[0]!.tests]).toEqual([
    { test: 'success: 1 test passed, 1 skipped' },
    ['a: passed', 'b: skipped'],
    { passed: 1, failed: 0, skipped: 1 },
  ])
})

test('a test that fails makes a failure, also of a tool that exits well; it is shown first', async () => {
  const result = await run([{ test: tap('ok 1 - a', 'not ok 2 - b', '1..2') }])
  expect([result.how, result.found]).toEqual([
    'failure: failed in test: 1 of 2 tests failed',
    ['b: failed', 'a: passed'],
  ])
})

test('a tool that fails although its tests passed is a failure', async () => {
  const result = await run([{ test: `${tap('ok 1 - a', '1..1')}; exit 3` }])
  expect([result.steps, result.found]).toEqual([{ test: 'failure: exit status 3' }, ['a: passed']])
})

test('output that is no TAP is that of a command', async () => {
  const result = await run([
    { test: 'echo 3 passed', name: 'good' },
    { test: 'echo 1 failed; exit 1', name: 'bad' },
  ])
  expect([result.steps, result.found]).toEqual([
    { good: 'success', bad: 'failure: exit status 1' },
    [],
  ])
})

test('reports in the usual places are read, and reports of TAP beside them', async () => {
  const result = await run([
    {
      test: [
        report('junit.xml', GOOD),
        report('target/surefire-reports/TEST-a.xml', BAD),
        report('a/build/test-results/test/b.xml', GOOD),
        report('reports/deep/c.xml', GOOD),
        report('node_modules/x/reports/d.xml', BAD),
        report('elsewhere.xml', BAD),
        tap('ok 1 - of tap', '1..1'),
      ].join('; '),
    },
  ])
  expect([result.steps, result.found.toSorted()]).toEqual([
    { test: 'failure: 1 of 5 tests failed' },
    ['of tap: passed', 's/bad: failed', 's/good: passed', 's/good: passed', 's/good: passed'],
  ])
})

test('in the usual places a report of an earlier build says nothing of this one', async () => {
  const result = await run([
    { shell: `${report('junit.xml', BAD)}; touch -d '1 hour ago' junit.xml`, name: 'before' },
    { test: 'true' },
  ])
  expect([result.how, result.found]).toEqual(['success: build successful', []])
})

test('reports are read where the step says, whatever their age', async () => {
  const result = await run([
    {
      test: `${report('out/a.xml', GOOD)}; touch -d '1 hour ago' out/a.xml; ${report('more/b.xml', GOOD)}; ${report('junit.xml', BAD)}`,
      junit: ['out/*.xml', '{out,more}/*.xml'],
    },
  ])
  expect([result.steps, result.found]).toEqual([
    { test: 'success: 2 tests passed' },
    ['s/good: passed', 's/good: passed'],
  ])
})

test('a report that can not be read is named in the log, and the others count', async () => {
  const result = await run([
    {
      test: `mkdir out; echo '<html/>' > out/a.xml; echo '<broken' > out/b.xml; ${report('out/c.xml', GOOD)}`,
      junit: 'out/*.xml',
    },
  ])
  const header = await one.logText(result.build, 'test', { streams: ['header'] })
  expect([result.steps, header]).toEqual([
    { test: 'success: 1 test passed' },
    expect.stringMatching(/out\/a\.xml: not a JUnit report\nout\/b\.xml: not XML: .*\n/),
  ])
})

test('the tests of a step that ran too long are kept', async () => {
  const result = await run([
    { test: `${tap('ok 1 - a', 'ok 2 - b')}; sleep 600`, maxTime: '300ms' },
  ])
  expect([result.steps, result.found]).toEqual([
    { test: 'failure: ran longer than 0.3 s' },
    ['a: passed', 'b: passed'],
  ])
})
