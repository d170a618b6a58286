import { expect, test } from 'vitest'
import { createTestReading } from '../../../../main/master/steps/tests/reading.ts'

interface Result {
  readonly tests: readonly string[]
  readonly counts: string
  readonly zero: string | null
}

function read(stdout: string, stderr = ''): Result {
  const reading = createTestReading(false)
  reading.output('stdout', Buffer.from(stdout))
  reading.output('stderr', Buffer.from(stderr))
  const { counts, zero } = reading.end()
  const tests = reading
    .take(1000)
    .map(
      ({ suite, name, outcome, message }) =>
        `${suite && `${suite} / `}${name}: ${outcome}${message && ` (${message.split('\n')[0]})`}`,
    )
  return { tests, counts: `${counts.passed}/${counts.failed}/${counts.skipped}`, zero }
}

const PYTEST_BLOCKS = `
=================================== FAILURES ===================================
_______________________________ TestCart.test_sum ______________________________

    def test_sum(self):
>       assert total() == 3
E       assert 2 == 3

shop/test_cart.py:9: AssertionError
`

const RUNS: readonly (readonly [
  what: string,
  output: string,
  counts: string,
  tests: readonly string[],
])[] = [
  [
    'unittest -v',
    `test_add (shop.test_cart.Cart.test_add) ... ok
test_doc (shop.test_cart.Cart.test_doc)
Says what it does ... FAIL
test_old (shop.test_cart.Cart) ... skipped 'no network'
test_talk (shop.test_cart.Cart.test_talk) ... words of the test
ok
test_known (shop.test_cart.Cart.test_known) ... expected failure
test_many (shop.test_cart.Cart.test_many) ...${' '}
  test_many (shop.test_cart.Cart.test_many) (n=2) ... ERROR

======================================================================
ERROR: setUpClass (shop.test_cart.Late)
----------------------------------------------------------------------
RuntimeError: no server

======================================================================
FAIL: test_doc (shop.test_cart.Cart.test_doc)
Says what it does
----------------------------------------------------------------------
AssertionError: 1 != 2

----------------------------------------------------------------------
Ran 6 tests in 0.002s

FAILED (failures=1, errors=2, skipped=1, expected failures=1)
`,
    '2/3/2',
    [
      'shop.test_cart.Cart / test_add: passed',
      'shop.test_cart.Cart / test_doc: failed (Says what it does)',
      'shop.test_cart.Cart / test_old: skipped',
      'shop.test_cart.Cart / test_talk: passed',
      'shop.test_cart.Cart / test_known: skipped',
      'shop.test_cart.Cart / test_many (n=2): failed',
      'shop.test_cart.Late / setUpClass: failed (RuntimeError: no server)',
    ],
  ],
  [
    'unittest without -v',
    `.F.s
======================================================================
FAIL: test_b (t.Case.test_b)
----------------------------------------------------------------------
AssertionError: 1 != 2

----------------------------------------------------------------------
Ran 4 tests in 0.002s

FAILED (failures=1, skipped=1)
`,
    '2/1/1',
    ['t.Case / test_b: failed (AssertionError: 1 != 2)'],
  ],
  [
    'unittest with expected failures alone',
    'x\n\nRan 1 test in 0.1s\n\nOK (expected failures=1)\n',
    '0/0/1',
    [],
  ],
  [
    'pytest -v',
    `============================= test session starts ==============================
collected 7 items

shop/test_cart.py::test_add \x1b[32mPASSED\x1b[0m                                    [ 14%]
shop/test_cart.py::TestCart::test_sum FAILED                             [ 28%]
shop/test_cart.py::test_par[a b-::] PASSED                               [ 42%]
shop/test_cart.py::test_later SKIPPED (not on this machine)              [ 57%]
shop/test_cart.py::test_known XFAIL (soon)                               [ 71%]
shop/test_cart.py::test_down PASSED                                      [ 85%]
shop/test_cart.py::test_down ERROR                                       [100%]
${PYTEST_BLOCKS}=========================== short test summary info ============================
FAILED shop/test_cart.py::TestCart::test_sum - assert 2 == 3
ERROR shop/test_cart.py::test_down - OSError: gone
===== 1 failed, 2 passed, 1 skipped, 1 xfailed, 1 error in 61.02s (0:01:01) =====
`,
    '2/2/2',
    [
      'shop.test_cart / test_add: passed',
      'shop.test_cart.TestCart / test_sum: failed (def test_sum(self):)',
      'shop.test_cart / test_par[a b-::]: passed',
      'shop.test_cart / test_later: skipped',
      'shop.test_cart / test_known: skipped',
      'shop.test_cart / test_down: failed (OSError: gone)',
    ],
  ],
  [
    'pytest -q',
    `.F.                                                                      [100%]
${PYTEST_BLOCKS}=========================== short test summary info ============================
FAILED shop/test_cart.py::TestCart::test_sum - assert 2 == 3
1 failed, 2 passed in 0.12s
`,
    '2/1/0',
    ['shop.test_cart.TestCart / test_sum: failed (def test_sum(self):)'],
  ],
  [
    'pytest -rA',
    `=========================== short test summary info ============================
PASSED shop/test_cart.py::test_add
SKIPPED [1] shop/test_cart.py:6: later
ERROR shop/test_broken.py - ImportError: no module
============== 1 passed, 1 skipped, 1 error in 0.60s ===============
`,
    '1/1/1',
    ['shop.test_cart / test_add: passed', 'shop/test_broken.py: failed (ImportError: no module)'],
  ],
  [
    'pytest on several processes',
    '[gw0] [ 50%] PASSED t/test_a.py::test_one \n[gw1] [100%] FAILED t/test_a.py::test_two \n=== 1 failed, 1 passed in 1.00s ===\n',
    '1/1/0',
    ['t.test_a / test_one: passed', 't.test_a / test_two: failed'],
  ],
  [
    'go test -v',
    `=== RUN   TestAdd
--- PASS: TestAdd (0.00s)
=== RUN   TestDivide
    calc_test.go:9: by zero
--- FAIL: TestDivide (0.01s)
=== RUN   TestTable
=== RUN   TestTable/small
=== RUN   TestTable/large
    calc_test.go:20: too large
--- FAIL: TestTable (0.00s)
    --- PASS: TestTable/small (0.00s)
    --- FAIL: TestTable/large (0.00s)
FAIL
FAIL\texample.org/calc\t0.009s
?   \texample.org/cmd\t[no test files]
=== RUN   TestTalk
words--- PASS: TestTalk (0.00s)
=== RUN   TestSkip
--- SKIP: TestSkip (0.00s)
PASS
ok  \texample.org/talk\t(cached)
FAIL\texample.org/broken [build failed]
FAIL
`,
    '3/3/1',
    [
      'example.org/calc / TestAdd: passed',
      'example.org/calc / TestDivide: failed (calc_test.go:9: by zero)',
      'example.org/calc / TestTable/large: failed (calc_test.go:20: too large)',
      'example.org/calc / TestTable/small: passed',
      'example.org/talk / TestTalk: passed',
      'example.org/talk / TestSkip: skipped',
      'example.org/broken / package: failed ([build failed])',
    ],
  ],
  [
    'go test of a test that was run again',
    '--- FAIL: TestA (0.00s)\n    a_test.go:1: odd\n--- PASS: TestA (0.00s)\nok  \tm/a\t0.1s\n',
    '1/0/0',
    ['m/a / TestA: passed'],
  ],
  [
    'go test -json',
    [
      ['run', 'm/a', 'TestA'],
      ['run', 'm/b', 'TestB'],
      ['output', 'm/a', 'TestA', '    a_test.go:3: odd\n'],
      ['fail', 'm/a', 'TestA'],
      ['pass', 'm/b', 'TestB'],
      ['pass', 'm/b'],
      ['fail', 'm/a'],
    ]
      .map(([Action, Package, Test, Output]) =>
        JSON.stringify({ Time: '2026-01-01T00:00:00Z', Action, Package, Test, Output }),
      )
      .join('\n'),
    '1/1/0',
    ['m/b / TestB: passed', 'm/a / TestA: failed (a_test.go:3: odd)'],
  ],
  [
    'cargo test',
    `running 4 tests
test cart::adds ... ok
test cart::later ... ignored, slow
test cart::breaks ... FAILED
test panics - should panic ... ok

failures:

---- cart::breaks stdout ----
thread 'cart::breaks' panicked at src/lib.rs:7:24

failures:
    cart::breaks

test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.08s

running 1 test
test src/lib.rs - cart::sum (line 3) ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.07s
`,
    '3/1/1',
    [
      'cart / adds: passed',
      'cart / later: skipped',
      "cart / breaks: failed (thread 'cart::breaks' panicked at src/lib.rs:7:24)",
      'panics: passed',
      'src/lib.rs / cart::sum (line 3): passed',
    ],
  ],
  [
    'cargo nextest',
    `    Starting 2 tests across 1 binary
        PASS [   0.003s] (1/2) calc cart::adds
        FAIL [   0.004s] (2/2) calc cart::breaks
     Summary [   0.005s] 2 tests run: 1 passed, 1 failed, 0 skipped
        FAIL [   0.004s] (2/2) calc cart::breaks
`,
    '1/1/0',
    ['calc / cart::adds: passed', 'calc / cart::breaks: failed'],
  ],
  [
    'ctest',
    `Test project /b
    Start 1: good
1/4 Test #1: good .............................   Passed    0.01 sec
    Start 2: bad
2/4 Test #2: bad ..............................***Failed    0.02 sec
it was 3
    Start 3: off
3/4 Test #3: off ..............................***Not Run (Disabled)   0.00 sec
    Start 4: dies
4/4 Test #4: dies .............................***Exception: SegFault  0.03 sec

33% tests passed, 2 tests failed out of 3
`,
    '1/2/1',
    [
      'good: passed',
      'bad: failed (it was 3)',
      'off: skipped',
      'dies: failed (Exception: SegFault)',
    ],
  ],
  [
    'node --test',
    `✔ alone (0.66ms)
▶ group
  ✔ good (0.2ms)
  ✖ bad (1.6ms)
  ﹣ off (0.1ms) # SKIP
  ▶ inner
    ✔ deep (0.1ms)
  ✔ inner (0.2ms)
✖ group (2.8ms)
▶ hooked
  ✔ in (0.1ms)
✖ hooked (0.3ms)
ℹ tests 7
ℹ suites 2
ℹ pass 4
ℹ fail 2
ℹ cancelled 0
ℹ skipped 1
ℹ todo 0
ℹ duration_ms 69.5

✖ failing tests:

test at a.test.mjs:6:3
✖ bad (1.6ms)
  AssertionError: 1 == 2
`,
    '4/2/1',
    [
      'alone: passed',
      'group / good: passed',
      'group / bad: failed (AssertionError: 1 == 2)',
      'group / off: skipped',
      'group > inner / deep: passed',
      'hooked / in: passed',
      'hooked: failed',
    ],
  ],
  [
    'vitest',
    ` ❯ a.test.js (4 tests | 1 failed | 1 skipped) 10ms
   ❯ group (3)
     ✓ works 2ms
     × bad (retry x1) 6ms
     ↓ off
   ✓ top 1.5s
 ✓ b.test.js (2 tests) 4ms

 FAIL  a.test.js > group > bad
AssertionError: expected 1 to be 2

⎯⎯⎯⎯⎯⎯⎯⎯[1/2]⎯

 FAIL  c.test.js [ c.test.js ]
Error: Cannot find module

⎯⎯⎯⎯⎯⎯⎯⎯[2/2]⎯

 Test Files  2 failed | 1 passed (3)
      Tests  1 failed | 4 passed | 1 skipped (6)
`,
    '4/2/1',
    [
      'a.test.js / group > works: passed',
      'a.test.js / group > bad: failed (AssertionError: expected 1 to be 2)',
      'a.test.js / group > off: skipped',
      'a.test.js / top: passed',
      'c.test.js / c.test.js: failed (Error: Cannot find module)',
    ],
  ],
  [
    'vitest --reporter=verbose',
    ' \x1b[32m✓\x1b[39m a.test.js > group > works 2ms\n ↓ a.test.js > later\n      Tests  1 passed | 1 skipped (2)\n',
    '1/0/1',
    ['a.test.js / group > works: passed', 'a.test.js / later: skipped'],
  ],
  [
    'jest --verbose',
    `FAIL ./a.test.js
  ✓ top (1 ms)
  group
    ✕ bad (3 ms)
    ○ skipped off
    inner
      ✓ deep

  ● group › bad

    expect(received).toBe(expected)

PASS unit ./b.test.js (5.1 s)
  ✓ other

FAIL ./c.test.js
  ● Test suite failed to run

    Cannot find module

Test Suites: 2 failed, 1 passed, 3 total
Tests:       1 failed, 1 skipped, 3 passed, 5 total
`,
    '3/2/1',
    [
      'a.test.js / top: passed',
      'a.test.js / group > bad: failed (expect(received).toBe(expected))',
      'a.test.js / group > off: skipped',
      'a.test.js / group > inner > deep: passed',
      'b.test.js / other: passed',
      'c.test.js / Test suite failed to run: failed (Cannot find module)',
    ],
  ],
  [
    'jest',
    `PASS ./b.test.js
  ● Console

    console.log

FAIL ./a.test.js
  ● group › bad

    expect(received).toBe(expected)

Tests:       1 failed, 4 passed, 5 total
`,
    '4/1/0',
    ['a.test.js / group > bad: failed (expect(received).toBe(expected))'],
  ],
  [
    'mocha',
    `

  ✔ top
  group
    ✓ works (51ms)
    1) bad
    - later
    inner
      ✔ deep

  3 passing (10ms)
  1 pending
  1 failing

  1) group
       bad:
     Error: broken
      at a.js:1:74
`,
    '3/1/1',
    [
      'top: passed',
      'group / works: passed',
      'group > inner / deep: passed',
      'group / bad: failed (bad:)',
      'group / later: skipped',
    ],
  ],
  [
    'PHPUnit --testdox',
    `PHPUnit 11.2.0 by Sebastian Bergmann and contributors.

Cart (Tests\\Unit\\Cart)
 ✔ Adds numbers [0.12 ms]
 ✘ Divides [0.10 ms]
   │
   │ Failed asserting that 2 is identical to 1.
   │
 ↩ Later [0.01 ms]

Time: 00:00.018, Memory: 6.00 MB

There was 1 failure:

1) Tests\\Unit\\CartTest::testDivides
Failed asserting that 2 is identical to 1.

FAILURES!
Tests: 3, Assertions: 2, Failures: 1, Skipped: 1.
`,
    '1/1/1',
    [
      'Tests\\Unit\\Cart / Adds numbers: passed',
      'Tests\\Unit\\Cart / Divides: failed (Failed asserting that 2 is identical to 1.)',
      'Tests\\Unit\\Cart / Later: skipped',
    ],
  ],
  [
    'PHPUnit',
    `PHPUnit 9.6.7 by Sebastian Bergmann and contributors.

.FR                                                                 3 / 3 (100%)

There was 1 failure:

1) CartTest::testDivides
Failed asserting that 2 is identical to 1.

--

There was 1 risky test:

1) CartTest::testOdd
This test did not perform any assertions

FAILURES!
Tests: 3, Assertions: 2, Failures: 1, Risky: 1.
`,
    '2/1/0',
    ['CartTest / testDivides: failed (Failed asserting that 2 is identical to 1.)'],
  ],
  [
    'RSpec --format documentation',
    `
Cart
  adds
  divides (FAILED - 1)
  later (PENDING: Not yet implemented)
  when it is full
    says so

Pending: (Failures listed here are expected and do not affect your suite's status)

  1) Cart later
     # Not yet implemented

Failures:

  1) Cart divides
     Failure/Error: expect(1).to eq 2

Finished in 0.02 seconds (files took 0.3 seconds to load)
4 examples, 1 failure, 1 pending
`,
    '2/1/1',
    [
      'Cart / adds: passed',
      'Cart / divides: failed (Failure/Error: expect(1).to eq 2)',
      'Cart / later: skipped',
      'Cart when it is full / says so: passed',
    ],
  ],
  [
    'RSpec',
    `.F

Failures:

  1) Cart divides
     Failure/Error: expect(1).to eq 2

Finished in 0.02 seconds (files took 0.3 seconds to load)
2 examples, 1 failure
`,
    '1/1/0',
    ['Cart divides: failed (Failure/Error: expect(1).to eq 2)'],
  ],
  [
    'RSpec --format json',
    `${JSON.stringify({
      version: '3.13.0',
      examples: [
        { description: 'adds', full_description: 'Cart adds', status: 'passed' },
        {
          description: 'divides',
          full_description: 'Cart divides',
          status: 'failed',
          exception: { message: 'expected 2' },
        },
      ],
      summary_line: '2 examples, 1 failure',
    })}\n`,
    '1/1/0',
    ['Cart / adds: passed', 'Cart / divides: failed (expected 2)'],
  ],
  [
    'dotnet test, every test',
    `Test run for /b/Shop.Tests.dll (.NETCoreApp,Version=v8.0)
A total of 1 test files matched the specified pattern.
  Passed Shop.CartTests.Adds [3 ms]
  Failed Shop.CartTests.Divides(by: 0) [5 ms]
  Error Message:
   Attempted to divide by zero.
  Stack Trace:
     at Shop.CartTests

  Skipped Shop.CartTests.Later

Test Run Failed.
Total tests: 3
     Passed: 1
     Failed: 1
    Skipped: 1
 Total time: 1.2 Seconds
`,
    '1/1/1',
    [
      'Shop.CartTests / Adds: passed',
      'Shop.CartTests / Divides(by: 0): failed (Attempted to divide by zero.)',
      'Shop.CartTests / Later: skipped',
    ],
  ],
  [
    'dotnet test',
    'Failed!  - Failed:     1, Passed:     2, Skipped:     0, Total:     3, Duration: 3 ms - Shop.Tests.dll (net8.0)\n',
    '2/1/0',
    [],
  ],
  [
    'Maven',
    `[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.1 s -- in org.CartTest
[INFO] Results:
[INFO]
[ERROR] Tests run: 3, Failures: 1, Errors: 0, Skipped: 1
`,
    '1/1/1',
    [],
  ],
  [
    'Gradle',
    `> Task :test FAILED

CartTest > divides() FAILED
    java.lang.ArithmeticException at CartTest.java:9

3 tests completed, 1 failed
`,
    '2/1/0',
    ['CartTest / divides(): failed'],
  ],
  [
    'prove',
    `t/a.t .. ok
t/b.t .. 1/3
Test Summary Report
-------------------
t/b.t  (Wstat: 256 (exited 1) Tests: 3 Failed: 1)
  Failed test:  2
Files=2, Tests=5,  0 wallclock secs
Result: FAIL
`,
    '4/1/0',
    [],
  ],
]

test.each(RUNS)('%s', (_, output, counts, tests) => {
  expect(read(output)).toEqual({ tests, counts, zero: null })
})

test.each(RUNS)('%s on standard error, with Windows line ends', (_, output, counts, tests) => {
  expect(read('', output.replaceAll('\n', '\r\n'))).toEqual({ tests, counts, zero: null })
})

test('no runner takes the output of another for its own', () => {
  const wrong = RUNS.map(([what, output, counts]) => [what, counts, read(`${output}\n`).counts])
  expect(wrong.filter(([, right, found]) => right !== found)).toEqual([])
})

test.each([
  ['unittest', '\nRan 0 tests in 0.000s\n\nOK\n', 'Ran 0 tests in 0.000s'],
  ['pytest', '=== no tests ran in 0.68s ===\n', 'no tests ran in 0.68s'],
  ['pytest', '=== 3 deselected in 0.68s ===\n', '3 deselected in 0.68s'],
  ['go', 'ok  \tm/a\t0.1s [no tests to run]\n', '0.1s [no tests to run]'],
  ['go', '?   \tm/a\t[no test files]\n', '[no test files]'],
  ['go', '\tm/a\t\tcoverage: 0.0% of statements\n', 'coverage: 0.0% of statements'],
  [
    'cargo',
    'running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n',
    'test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s',
  ],
  ['ctest', 'No tests were found!!!\n', 'No tests were found!!!'],
  ['node', 'ℹ tests 0\nℹ suites 0\nℹ pass 0\nℹ fail 0\nℹ todo 0\n', 'tests 0'],
  [
    'vitest',
    'No test files found, exiting with code 0\n',
    'No test files found, exiting with code 0',
  ],
  ['jest', 'No tests found, exiting with code 0\n', 'No tests found, exiting with code 0'],
  ['mocha', '  0 passing (1ms)\n', '0 passing (1ms)'],
  [
    'PHPUnit',
    'PHPUnit 11.2.0 by Sebastian Bergmann and contributors.\n\nNo tests executed!\n',
    'No tests executed!',
  ],
  ['RSpec', '0 examples, 0 failures\n', '0 examples, 0 failures'],
  [
    'dotnet',
    'No test is available in /b/Shop.dll. Make sure\n',
    'No test is available in /b/Shop.dll. Make sure',
  ],
  ['Maven', '[INFO] No tests to run.\n', 'No tests to run.'],
  ['TAP', 'TAP version 13\n1..0 # SKIP no database\n', '1..0 # SKIP no database'],
])('%s says that it ran no test', (_, output, zero) => {
  expect(read(output)).toEqual({ tests: [], counts: '0/0/0', zero })
})

test('a runner that found nothing beside one that did is no news', () => {
  const { zero, counts } = read('  0 passing (1ms)\n1..1\nok 1 - a\n')
  expect([zero, counts]).toEqual([null, '1/0/0'])
})

test('what fails on one stream and is listed on the other is one test', () => {
  const [, output] = RUNS.find(([what]) => what === 'vitest')!
  const [tree, rest] = [
    output.slice(0, output.indexOf(' FAIL ')),
    output.slice(output.indexOf(' FAIL ')),
  ]
  const [why, counts] = [
    rest.slice(0, rest.indexOf(' Test Files')),
    rest.slice(rest.indexOf(' Test Files')),
  ]
  expect(read(tree + counts, why).counts).toBe('4/2/1')
})

test('a failure in the output that the reports leave out is told', () => {
  const reading = createTestReading(false)
  const xml = '<testsuite><testcase name="a"/><testcase name="b"/></testsuite>'
  reading.report('junit.xml', Buffer.from(xml), true)
  reading.output('stdout', Buffer.from('1..3\nok 1 - a\nok 2 - b\nnot ok 3 - c\n'))
  const { counts, troubles } = reading.end()
  expect([counts, troubles]).toEqual([
    { passed: 2, failed: 0, skipped: 0 },
    [{ grave: true, text: 'the output of TAP counts 1 failure, and the reports 0' }],
  ])
})
