import { expect, test } from 'vitest'
import { FAILURE, SUCCESS, WARNINGS } from '../../../../main/master/results.ts'
import { createTestReading } from '../../../../main/master/steps/tests/reading.ts'
import { judgeTests } from '../../../../main/master/steps/tests/verdict.ts'

function judge(output: string, report?: string) {
  const reading = createTestReading(false)
  reading.output('stdout', Buffer.from(output))
  if (report !== undefined) reading.report('junit.xml', Buffer.from(report), true)
  return judgeTests({ results: SUCCESS, text: '' }, reading.end())
}

// What each ends with when it is whole: the same without it was cut short.
const CUT: readonly (readonly [program: string, begun: string, end: string])[] = [
  [
    'pytest',
    '===== test session starts =====\ncollected 9 items\n\nt.py::test_a PASSED [ 11%]\n',
    '===== 1 passed in 0.02s =====\n',
  ],
  [
    'unittest',
    'test_a (t.T.test_a) ... ok\ntest_b (t.T.test_b) ... ',
    'ok\n\nRan 2 tests in 0.001s\n\nOK\n',
  ],
  [
    'cargo test',
    'running 2 tests\ntest a ... ok\n',
    'test b ... ok\n\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n',
  ],
  [
    'cargo nextest',
    '    Starting 2 tests across 1 binary\n        PASS [   0.003s] a tests::a\n',
    '     Summary [   0.005s] 2 tests run: 2 passed, 0 skipped\n',
  ],
  [
    'go test',
    '=== RUN   TestA\n--- PASS: TestA (0.00s)\n=== RUN   TestB\n',
    '--- PASS: TestB (0.00s)\nPASS\nok  \ta\t0.1s\n',
  ],
  [
    'go test -json',
    '{"Action":"run","Package":"a","Test":"TestA"}\n{"Action":"pass","Package":"a","Test":"TestA","Elapsed":0}\n',
    '{"Action":"pass","Package":"a","Elapsed":0}\n',
  ],
  [
    'ctest',
    '    Start 1: a\n1/2 Test #1: a ......   Passed    0.00 sec\n    Start 2: b\n',
    '2/2 Test #2: b ......   Passed    0.00 sec\n\n100% tests passed, 0 tests failed out of 2\n',
  ],
  [
    'vitest',
    ' RUN  v3.0.0 /x\n\n ✓ a.test.ts > a 1ms\n',
    '\n Test Files  1 passed (1)\n      Tests  1 passed (1)\n',
  ],
  [
    'PHPUnit',
    '..... 5 / 90 (5%)\n',
    'Time: 00:00.005, Memory: 6.00 MB\n\nOK (90 tests, 90 assertions)\n',
  ],
  [
    'GoogleTest',
    '[==========] Running 2 tests from 1 test suite.\n[       OK ] A.a (0 ms)\n',
    '[==========] 2 tests from 1 test suite ran. (0 ms total)\n',
  ],
]

test.each(CUT)(
  '%s that ends half-way with exit status 0 is red, and green when it is whole',
  (program, begun, end) => {
    const cut = judge(begun)
    expect([cut.results, cut.text]).toEqual([FAILURE, expect.stringContaining(program)])
    expect(cut.text).toContain('cut short')
    expect(judge(begun + end).results).toBe(SUCCESS)
    expect(judge((begun + end).repeat(2)).results).toBe(SUCCESS)
  },
)

test.each([
  [
    '===== test session starts =====\nINTERNALERROR> KeyError\n\n===== no tests ran in 0.01s =====\n',
  ],
  [
    'test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\nerror: test failed, to rerun pass `--lib`\n',
  ],
  ['  Passed a [1 ms]\nTest Run Aborted.\n'],
  ['[INFO] BUILD FAILURE\n'],
  ['BUILD FAILED in 1s\n'],
  ['2 runs, 2 assertions, 1 failures, 0 errors, 0 skips\n'],
  ['2 runs, 2 assertions, 0 failures, 1 errors, 0 skips\n'],
  ['3 tests, 1 failure\n'],
  ['2 doctests, 3 tests, 2 failures, 1 excluded\n'],
  ['FAILED | 1 passed | 1 failed (5ms)\n'],
  ['[  FAILED  ] 1 test, listed below:\n'],
])('a run that says of itself that it failed is red with exit status 0: %j', output => {
  expect(judge(output).results).toBe(FAILURE)
})

test.each([
  ['0 runs, 0 assertions, 0 failures, 0 errors, 0 skips\n', undefined],
  ['There are no tests to run\n', undefined],
  ['ok | 0 passed | 0 failed (0ms)\n', undefined],
  ['> Task :a:test NO-SOURCE\n', undefined],
  ['', '<testsuites tests="0"/>'],
  [' RUN  v3.0.0 /x\n\n      Tests  1 passed (1)\n     Errors  1 error\n', undefined],
])(
  'a run that ran nothing, or had errors beside its tests, is a warning: %j %j',
  (output, report) => {
    expect(judge(output, report).results).toBe(WARNINGS)
  },
)

test.each([
  ['2 runs, 2 assertions, 0 failures, 0 errors, 0 skips\n'],
  ['12 tests, 0 failures\n'],
  ['ok | 3 passed | 0 failed (5ms)\n'],
  ['===== test session starts =====\n===== 2 tests collected in 0.01s =====\n'],
  ['===== test session starts =====\nResults (0.02s):\n'],
  ['> Task :a:test NO-SOURCE\n> Task :b:test UP-TO-DATE\n'],
  [' RUN  v3.0.0 /x\n\n BENCH  Summary\n'],
  ['a word: BUILD FAILURE\n'],
])('what is whole stays green: %j', output => {
  expect(judge(output).results).toBe(SUCCESS)
})

test('what a program says of its run adds nothing where its tests failed', () => {
  expect(judge('===== test session starts =====\nt.py::test_a FAILED [ 11%]\n').text).toBe(
    '1 of 1 tests failed',
  )
})
