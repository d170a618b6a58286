import { expect, test } from 'vitest'
import type { Step, TestResult } from '../../../main/master/model.ts'
import { diffLines } from '../../../renderer/compare/diff-lines.ts'
import {
  pairSteps,
  propertyDifferences,
  testDifferences,
} from '../../../renderer/compare/differences.ts'
import { environmentRows } from '../../../renderer/compare/environment-rows.ts'

const names = (list: readonly string[]) => list.map((name, id) => ({ name, id }) as unknown as Step)

test.each([
  ['git build test', 'git build test', 'git=git build=build test=test'],
  ['git test', 'git lint test', 'git=git -=lint test=test'],
  ['git lint test', 'git test', 'git=git lint=- test=test'],
  ['build build', 'build', 'build=build build=-'],
  ['test git', 'git test', 'test=test git=git'],
  ['', 'git', '-=git'],
])('steps %s against %s are %s', (a, b, wanted) => {
  const split = (text: string) => names(text.split(' ').filter(Boolean))
  const told = pairSteps(split(a), split(b)).map(
    pair => `${pair.a?.name ?? '-'}=${pair.b?.name ?? '-'}`,
  )
  expect(told.join(' ')).toBe(wanted)
})

test('properties that differ are told, those that only one has too, those of each build not', () => {
  const property = (value: unknown) => ({ value, source: 'x' }) as never
  expect(
    propertyDifferences(
      {
        branch: property('main'),
        buildnumber: property(2),
        list: property([1]),
        only: property(''),
      },
      { branch: property('main'), buildnumber: property(1), list: property([1, 2]) },
      true,
    ),
  ).toEqual([
    { name: 'list', a: '[1]', b: '[1,2]' },
    { name: 'only', a: '', b: undefined },
  ])
})

test('tests are broken, fixed or failing still; suites tell tests of one name apart', () => {
  const result = (suite: string, name: string, outcome: string) =>
    ({ suite, name, outcome }) as TestResult
  const { broken, fixed, still } = testDifferences(
    [result('u', 'a', 'failed'), result('v', 'a', 'failed'), result('u', 'b', 'passed')],
    [result('u', 'a', 'passed'), result('v', 'a', 'failed'), result('u', 'b', 'failed')],
  )
  expect([broken, fixed, still].map(list => list.map(one => `${one.suite}.${one.name}`))).toEqual([
    ['u.a'],
    ['u.b'],
    ['v.a'],
  ])
})

test('a diff of logs has the numbers of both, folds what is equal, and sees through colours', () => {
  const same = Array.from({ length: 20 }, (_, i) => `line ${i}`)
  const diff = diffLines({
    a: ['\x1b[32mok\x1b[0m 12 ms', ...same, 'boom', 'end'],
    b: ['ok 7 ms', ...same, 'fine', 'end'],
    loose: true,
  })!
  expect([diff.onlyA, diff.onlyB, diff.cut]).toEqual([1, 1, false])
  expect(
    diff.rows.map(row => (row.kind === 'gap' ? row.count : `${row.kind} ${row.text}`)),
  ).toEqual([
    18,
    'same line 17',
    'same line 18',
    'same line 19',
    'only-b fine',
    'only-a boom',
    'same end',
  ])
  expect(diff.rows.at(-1)).toMatchObject({ a: 22, b: 22 })
})

test('where numbers count, they are a difference', () => {
  const wish = { a: ['took 12 ms'], b: ['took 7 ms'] }
  expect([
    diffLines({ ...wish, loose: true })!.onlyA,
    diffLines({ ...wish, loose: false })!.onlyA,
    diffLines({ a: [], b: [], loose: false }),
  ]).toEqual([0, 1, { rows: [], onlyA: 0, onlyB: 0, cut: false }])
})

test('environments are paired by group and name; of secrets it is told whether they differ', () => {
  const environment = (values: Record<string, string | { mark: string | null }>) => ({
    facts: Object.entries(values).map(([name, value]) => ({
      group: name.startsWith('m-') ? ('machine' as const) : ('builder' as const),
      name,
      value,
    })),
    leftOut: 0,
  })
  const rows = environmentRows(
    environment({
      'm-os': 'linux',
      A: '1',
      B: { mark: 'k:1' },
      C: { mark: 'k:1' },
      D: { mark: 'k:1' },
      E: { mark: null },
      G: 'plain',
    }),
    environment({
      A: '2',
      B: { mark: 'k:1' },
      C: { mark: 'k:2' },
      D: { mark: 'l:1' },
      E: { mark: null },
      F: 'new',
      G: { mark: 'k:1' },
      'm-os': 'linux',
      'm-cpus': '4',
    }),
  )
  expect(rows.map(({ name, same }) => [name, same])).toEqual([
    ['m-os', true],
    ['m-cpus', false],
    ['A', false],
    ['B', true],
    ['C', false],
    ['D', null],
    ['E', null],
    ['G', false],
    ['F', false],
  ])
})

test('a slave that had not looked for its tools yet is no difference in each of them', () => {
  const tools = {
    facts: [
      ['git', '2.39'],
      ['node', '24'],
    ].map(([name, value]) => ({ group: 'tools' as const, name: name!, value: value! })),
    leftOut: 0,
  }
  expect([
    environmentRows(tools, { facts: [], leftOut: 0 }),
    environmentRows({ facts: [], leftOut: 0 }, { facts: [], leftOut: 0 }),
  ]).toMatchObject([
    [
      {
        name: 'versions',
        same: null,
        a: 'git 2.39, node 24',
        b: expect.stringContaining('not known'),
      },
    ],
    [],
  ])
})
