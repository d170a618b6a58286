import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTapReader } from '../../../main/master/steps/tap.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { createRandom } from '../../helpers/random.ts'

const brief = (text: string | Buffer, pieces = (whole: Buffer) => [whole]) => {
  const reader = createTapReader()
  for (const piece of pieces(Buffer.from(text))) reader.write(piece)
  return reader.end().map(one => `${one.suite ? `${one.suite} > ` : ''}${one.name}: ${one.outcome}`)
}

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

test('why a test failed is kept', () => {
  const reader = createTapReader()
  reader.write(
    Buffer.from(`TAP version 13
not ok 1 - a
  ---
  duration_ms: 12.5
  error: 'they differ'
  expected: 1
  actual: 2
  ...
1..1
`),
  )
  expect(reader.end()).toEqual([
    {
      suite: '',
      name: 'a',
      outcome: 'failed',
      durationMs: 12.5,
      message: 'they differ\nexpected: 1\nactual: 2',
    },
  ])
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
