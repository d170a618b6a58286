import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../../main/master/clock.ts'
import { outcome, ROOT, slaveProgram, type TestMaster, testMaster } from '../../helpers/master.ts'

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

test('output without results is that of a command, and says how to get some', async () => {
  const result = await run([
    { test: 'echo 3 passed', name: 'good' },
    { test: 'echo 1 failed; exit 1', name: 'bad' },
  ])
  expect([result.steps, result.found]).toEqual([
    { good: 'success: no test results found', bad: 'failure: exit status 1' },
    [],
  ])
  const header = await one.logText(result.build, 'good', { streams: ['header'] })
  expect(header).toContain('No test results were found. Names of tests are read from')
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
  const result = await run([{ shell: report('junit.xml', BAD), name: 'before' }, { test: 'true' }])
  expect([result.how, result.found]).toEqual(['success: build successful', []])
  const header = await one.logText(result.build, 'test', { streams: ['header'] })
  expect(header).toContain('1 report of an earlier run was not read: junit.xml.\n')
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
    { test: 'warnings: 1 test passed; out/a.xml is not a JUnit report, and 1 more in the log' },
    expect.stringContaining(
      'Test results: out/a.xml is not a JUnit report.\nTest results: out/b.xml is not XML.\n',
    ),
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

test.each<[string, string, string]>([
  ['1..5\\nok 1 - a\\nok 2 - b\\n', 'failure', '5 tests planned, 2 ran; 2 tests passed'],
  [
    '1..3\\nok 1 - a\\nBail out! no database\\n',
    'failure',
    'the tests were given up: no database; 1 test passed',
  ],
  ['\\nRan 0 tests in 0.000s\\n\\nOK\\n', 'warnings', 'no test ran: Ran 0 tests in 0.000s'],
  ['  0 passing (1ms)\\n', 'warnings', 'no test ran: 0 passing (1ms)'],
  ['?   \\tshop\\t[no test files]\\n', 'warnings', 'no test ran: [no test files]'],
  ['1..2\\nok 1 # skip\\nok 2 # skip\\n', 'warnings', 'no test ran: 2 tests skipped'],
  ['ok  \\tshop\\t0.1s\\n', 'success', '1 package passed'],
  ['=== 2 passed, 1 failed in 0.1s ===\\n', 'failure', '1 of 3 tests failed'],
])('exit status 0 after %j is %s', async (output, how, text) => {
  const result = await run([{ test: `printf '${output}'` }])
  expect(result.steps).toEqual({ test: `${how}: ${text}` })
})

test.each([true, false])('a report that is cut off is red (named by the step: %s)', async named => {
  const result = await run([
    {
      test: `printf '<testsuite name="s">${GOOD}<testcase name="b"><failure mess' > junit.xml`,
      ...(named && { junit: 'junit.xml' }),
    },
  ])
  expect([result.steps, result.found]).toEqual([
    { test: 'failure: junit.xml is cut off in line 1, after 1 test; 1 test passed' },
    ['s/good: passed'],
  ])
})

test('a pattern that nothing matches is told, and is no plain green', async () => {
  const result = await run([{ test: 'true', junit: 'out/*.xml' }])
  expect(result.steps).toEqual({ test: 'warnings: no file matches junit: out/*.xml' })
})

test('names come from the output as well, on both streams, and once where a report has them', async () => {
  const line = 'tests/test_a.py::test_one PASSED [100%%]\\n=== 1 passed in 0.01s ===\\n'
  const unittest = 'test_b (t.T.test_b) ... ok\\n\\n-----\\nRan 1 test in 0.000s\\n\\nOK\\n'
  const xml =
    '<testsuite tests="1"><testcase classname="tests.test_a" name="test_one" time="1"/></testsuite>'
  const result = await run([
    { test: `printf '${line}'; printf '${unittest}' >&2`, name: 'said' },
    { test: `printf '${line}'; echo '${xml}' > junit.xml`, name: 'both' },
  ])
  expect([result.steps, result.found]).toEqual([
    { said: 'success: 2 tests passed', both: 'success: 1 test passed' },
    ['tests.test_a/test_one: passed', 't.T/test_b: passed', 'tests.test_a/test_one: passed'],
  ])
})

test.each(['nothing', 'uploadFiles'])(
  'clocks do not matter to which reports are new, nor does a slave without %s',
  async lacking => {
    // The master is an hour ahead of its slave.
    const desk = await testMaster({
      clock: { ...systemClock, now: () => Date.now() + 3_600_000 },
      slaveProgram: { ...slaveProgram(), args: [join(ROOT, 'test/helpers/slave-without.ts')] },
      config: {
        slaves: [{ name: `without-${lacking}` }],
        builders: [
          {
            name: 'it',
            steps: [
              {
                shell: `${report('reports/old.xml', BAD)}; touch -d '5 seconds ago' reports/old.xml`,
              },
              { test: report('reports/a/new.xml', BAD, GOOD), name: 'fresh' },
              {
                shell: `touch -d '5 seconds ago' reports/a/new.xml; ${report('far/report.xml', GOOD)}`,
                name: 'later',
              },
              { test: 'true', name: 'none' },
              { test: 'true', name: 'named', junit: 'far/*.xml' },
            ].map(step => ({ ...step, haltOnFailure: false })),
          },
        ],
      },
    })
    const build = await desk.build('it')
    expect(desk.steps(build)).toMatchObject({
      fresh: 'failure: 1 of 2 tests failed',
      none: 'success: no test results found',
      named: 'success: 1 test passed',
    })
  },
)

test('a thousand reports come in seconds', async () => {
  const result = await run([
    {
      test: `mkdir reports; i=0; while [ $i -lt 1000 ]; do echo '<testsuite name="s">${GOOD}</testsuite>' > reports/$i.xml; i=$((i+1)); done`,
    },
  ])
  expect(result.steps).toEqual({ test: 'success: 1000 tests passed' })
})

test('a report that is too large is told, and is red', async () => {
  const result = await run([{ test: 'truncate -s 65M junit.xml' }])
  expect(result.steps).toEqual({
    test: 'failure: junit.xml is larger than 64 MiB and was not read',
  })
})

test('a runner that found no test and failed says so', async () => {
  const result = await run([{ test: `echo '=== no tests ran in 0.01s ==='; exit 5` }])
  expect(result.steps).toEqual({
    test: 'failure: exit status 5; no test ran: no tests ran in 0.01s',
  })
})

test('what a report counts without names is counted, and told', async () => {
  const result = await run([
    { test: `echo '<testsuite tests="6" failures="2"/>' > junit.xml`, haltOnFailure: false },
  ])
  expect([result.steps, one.data.stepsOfBuild(result.build.id)[0]!.tests]).toEqual([
    {
      test: 'failure: 2 of 6 tests failed; junit.xml: it counts 6 tests with 2 failures and names none',
    },
    { passed: 4, failed: 2, skipped: 0 },
  ])
})
