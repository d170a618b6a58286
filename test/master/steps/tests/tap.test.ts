import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createLineReader } from '../../../../main/master/steps/tests/lines.ts'
import { createTapReader } from '../../../../main/master/steps/tests/tap.ts'
import { temporaryFolder } from '../../../helpers/folders.ts'
import { createRandom } from '../../../helpers/random.ts'

const read = (text: string | Buffer, pieces = (whole: Buffer) => [whole]) => {
  const reader = createTapReader()
  const lines = createLineReader(reader.line)
  for (const piece of pieces(Buffer.from(text))) lines.write(piece)
  lines.end()
  return reader.end()
}
const brief = (text: string | Buffer, pieces?: (whole: Buffer) => Buffer[]) =>
  read(text, pieces).tests.map(
    one => `${one.suite ? `${one.suite} > ` : ''}${one.name}: ${one.outcome}`,
  )
const told = (text: string) =>
  read(text).troubles.map(({ grave, text }) => `${grave ? 'red' : 'warning'}: ${text}`)

test.each<[string, string, string[]]>([
  ['plain', 'TAP version 14\n1..2\nok 1 - a\nnot ok 2 - b\n', ['a: passed', 'b: failed']],
  ['the plan first, without a version', '1..1\nok 1 - a\n', ['a: passed']],
  [
    'after the words of npm',
    '\n> calc@1.0.0 test\n> node --test\n\nTAP version 13\nok 1 - a\n1..1\n# done\n',
    ['a: passed'],
  ],
  [
    'skipped and to do',
    'TAP version 13\nok 1 - a # SKIP no network\nnot ok 2 - b # TODO later\nok 3 # skip\n1..3\n',
    ['a: skipped', 'b: skipped', 'test 3: skipped'],
  ],
  [
    'subtests',
    `TAP version 14
# Subtest: outer
    # Subtest: inner
        ok 1 - deep
        1..1
    ok 1 - inner
    not ok 2 - flat
    1..2
not ok 1 - outer
1..1
`,
    ['outer > inner > deep: passed', 'outer > flat: failed'],
  ],
  [
    'a test named like a subtest beside it',
    `TAP version 14
# Subtest: same
    ok 1 - inside
    1..1
ok 1 - same
ok 2 - same
1..2
`,
    ['same > inside: passed', 'same: passed'],
  ],
  [
    'the plan last, without a version',
    'ok 1 - a\nnot ok 2 - b\n1..2\n',
    ['a: passed', 'b: failed'],
  ],
  [
    'a plan with a comment',
    '1..2 # two of them\nok 1 - a\nnot ok 2 - b\n',
    ['a: passed', 'b: failed'],
  ],
  [
    'two documents',
    'TAP version 13\nok 1 - a\n1..1\n# tests 1\nTAP version 13\nnot ok 1 - b\n1..1\n',
    ['a: passed', 'b: failed'],
  ],
  [
    'documents one after the other that have no version',
    'ok 1 - a\n1..1\nnot ok 1 - b\n1..1\n1..1\nok 1 - c\n',
    ['a: passed', 'b: failed', 'c: passed'],
  ],
  [
    'what prove says of its files',
    't/a.t .. \n1..2\nok 1 - x\nok 2 - y\nok\nt/b.t .. \n1..1\nnot ok 1 - z\nFailed 1/1 subtests \n',
    ['x: passed', 'y: passed', 'z: failed'],
  ],
  [
    'a group that fails by itself',
    'TAP version 13\n# Subtest: outer\n    ok 1 - in\n    1..1\nnot ok 1 - outer\n1..1\n',
    ['outer > in: passed', 'outer: failed'],
  ],
  ['tests without numbers', 'ok - a\nnot ok - b\n1..2\n', ['a: passed', 'b: failed']],
  ['tests on both sides of their plan', 'ok 2 - b\n1..2\nok 1 - a\n', ['b: passed', 'a: passed']],
  [
    'a plan that names what is to do',
    '1..2 todo 2;\nok 1\nnot ok 2\n',
    ['test 1: passed', 'test 2: skipped'],
  ],
  ['a range of numbers', 'from\n1..10\n', []],
  ['lines that are no list of tests', 'ok 1 file copied\nok then\n', []],
  ['no TAP', 'compiling\n3 tests passed\n', []],
  ['nothing at all', '', []],
  ['a plan of none', 'TAP version 13\n1..0 # SKIP nothing to do\n', []],
])('%s', (_, text, tests) => {
  expect(brief(text)).toEqual(tests)
})

test('it does not matter in which pieces the output comes', () => {
  const random = createRandom(5)
  const text = `TAP version 13\n${Array.from({ length: 50 }, (_, i) => `ok ${i + 1} - größe ${i}`).join('\n')}\n1..50\n`
  const pieces = (whole: Buffer) => {
    const list: Buffer[] = []
    for (let at = 0; at < whole.length; ) {
      const size = random.int(1, 9)
      list.push(whole.subarray(at, at + size))
      at += size
    }
    return list
  }
  expect(brief(text, pieces)).toEqual(brief(text))
})

test.each<[string, string[]]>([
  ['1..3\nok 1 - a\nBail out! database away\n', ['red: the tests were given up: database away']],
  ['1..5\nok 1 - a\nok 2 - b\n', ['red: 5 tests planned, 2 ran']],
  ['1..1\nok 1 - a\nok 2 - b\n', ['red: 1 test planned, 2 ran']],
  [
    'TAP version 13\nok 1 - a\n',
    ['red: the plan is missing after 1 test: the TAP output was cut short'],
  ],
  [
    '1..1\n# Subtest: in\n    1..2\n    ok 1 - a\nok 1 - in\n',
    ['red: 2 tests planned in "in", 1 ran'],
  ],
  ['1..3\nok 1\nok 2\nok 2\n', ['red: test number 2 came more than once']],
  ['1..2\nok 1\nok 2\n', []],
])('what %j promised and did not keep is told', (text, troubles) => {
  expect(told(text)).toEqual(troubles)
})

test('TAP is found after any amount of other output', () => {
  const noise = 'compiling some module of the program\n'.repeat(30_000)
  expect(brief(`${noise}1..2\nok 1 - a\nnot ok 2 - b\n`)).toEqual(['a: passed', 'b: failed'])
})

test('a line without end costs as much as its bytes', () => {
  const piece = Buffer.alloc(4096, 'x')
  const pieces = (whole: Buffer) => [
    whole.subarray(0, 14),
    ...Array.from({ length: 8000 }, () => piece),
    whole.subarray(14),
  ]
  expect(brief('1..2\nok 1 - a\n\nok 2 - b\n', pieces)).toEqual(['a: passed', 'b: passed'])
})

test('colours and Windows line ends do not matter', () => {
  expect(brief('1..2\r\n\x1b[32mok 1 - a\x1b[0m\r\n\x1b[31mnot ok\x1b[0m 2 - b\r\n')).toEqual([
    'a: passed',
    'b: failed',
  ])
})

test('why a test failed is kept', () => {
  const { tests } = read(`TAP version 13
not ok 1 - a
  ---
  duration_ms: 12.5
  error: 'they differ'
  expected: 1
  actual: 2
  ...
1..1
`)
  expect(tests).toEqual([
    {
      suite: '',
      name: 'a',
      outcome: 'failed',
      durationMs: 12.5,
      message: 'they differ\nexpected: 1\nactual: 2',
    },
  ])
})

test('what sums up all tests at the end says nothing of the last one', () => {
  const { tests } = read(`TAP version 13
# Subtest: a
not ok 1 - a
  ---
  error: 'they differ'
  ...
# as it says itself
1..1
# tests 1
# suites 0
# pass 0
# fail 1
# cancelled 0
# skipped 0
# todo 0
# duration_ms 182.240373
`)
  expect(tests.map(({ message }) => message)).toEqual(['they differ\nas it says itself'])
})

test('what Node says of its own tests is read, each test once', () => {
  const file = join(temporaryFolder(), 'a.test.mjs')
  writeFileSync(
    file,
    `import { describe, it, test } from 'node:test'
     import assert from 'node:assert'
     test('alone', () => {})
     test('same', () => {})
     test('same', () => {})
     describe('group', () => {
       it('good', () => {})
       it('bad', () => assert.equal(1, 2))
       it.skip('skipped', () => {})
       describe('inner', () => it('deep', () => {}))
     })
     test('parent', async t => { await t.test('child', () => {}) })`,
  )
  const { stdout } = spawnSync(process.execPath, ['--test', '--test-reporter=tap', file], {
    env: { PATH: process.env.PATH },
  })
  expect(brief(stdout)).toEqual([
    'alone: passed',
    'same: passed',
    'same: passed',
    'group > good: passed',
    'group > bad: failed',
    'group > skipped: skipped',
    'group > inner > deep: passed',
    'parent > child: passed',
  ])
})
