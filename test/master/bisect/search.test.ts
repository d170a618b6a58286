import { expect, test } from 'vitest'
import { type Probe, search, suspects } from '../../../main/master/bisect/search.ts'
import { createRandom } from '../../helpers/random.ts'

/** Searches until the end. `breaks`: how often a change breaks before it tells something. */
function run(
  count: number,
  culprit: number,
  breaks: (index: number) => number = () => 0,
  known: readonly Probe[] = [],
) {
  const probes = [...known]
  const built: number[] = []
  for (;;) {
    const verdict = search(count, probes)
    if (verdict.kind !== 'build') return { verdict, built, probes }
    const { index } = verdict
    const before = built.filter(one => one === index).length
    built.push(index)
    const told = before < breaks(index) ? 'untold' : index < culprit ? 'good' : 'bad'
    probes.push({ index, told })
    if (built.length > 1000) throw new Error('it never ends')
  }
}

test('of eight changes the first bad one is found with three builds', () => {
  for (let culprit = 0; culprit < 8; culprit++)
    expect([run(8, culprit).verdict, run(8, culprit).built.length]).toEqual([
      { kind: 'found', first: culprit },
      3,
    ])
})

test('what broke is built once more, and then passed over', () => {
  expect(run(4, 2, index => (index === 1 ? 1 : 0))).toMatchObject({
    verdict: { kind: 'found', first: 2 },
    built: [1, 1, 2],
  })
  expect(run(4, 2, index => (index === 1 ? 2 : 0))).toMatchObject({
    verdict: { kind: 'within', first: 1, last: 2 },
    built: [1, 1, 0, 2],
  })
})

test('what was built before counts, also when it contradicts itself', () => {
  const known: Probe[] = [
    { index: 2, told: 'bad' },
    { index: 4, told: 'good' },
    { index: 6, told: 'bad' },
    { index: 6, told: 'untold' },
  ]
  expect([suspects(10, known), search(10, known)]).toEqual([
    { first: 5, last: 6 },
    { kind: 'build', index: 5 },
  ])
  expect(suspects(3, [...known, { index: 2, told: 'good' }])).toEqual({ first: 0, last: 2 })
})

test('any history: the first bad change is found, or told as nearly as it can be, with few builds', () => {
  const random = createRandom(20_261_124)
  for (let round = 0; round < 3000; round++) {
    const count = random.int(1, random.chance(0.1) ? 400 : 40)
    const culprit = random.int(0, count - 1)
    const share = random.pick([0, 0.1, 0.5, 0.95])
    const often = Array.from({ length: count }, () => (random.chance(share) ? random.int(1, 3) : 0))
    // The last is known to be bad.
    often[count - 1] = 0
    const { verdict, built, probes } = run(count, culprit, index => often[index]!)
    const lost = probes.filter(one => one.told === 'untold').length
    expect(built.length).toBeLessThanOrEqual(Math.ceil(Math.log2(count)) + lost)
    const untestable = (index: number) => often[index]! >= 2
    if (verdict.kind === 'found') {
      expect(verdict.first).toBe(culprit)
      continue
    }
    // No more are left than those that nobody can tell apart.
    let first = culprit
    while (first > 0 && untestable(first - 1)) first--
    let last = culprit
    while (last < count - 1 && untestable(last)) last++
    expect(verdict).toEqual({ kind: 'within', first, last })
  }
})
