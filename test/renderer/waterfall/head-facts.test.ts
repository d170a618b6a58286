import { describe, expect, test } from 'vitest'
import type { Build, BuildId, Slave, Step } from '../../../main/master/model.ts'
import {
  BISECT_SCHEDULER,
  FAILURE,
  RETRY,
  type Result,
  SUCCESS,
} from '../../../main/master/results.ts'
import type { Sleep } from '../../../renderer/store/sleeps.ts'
import { type HeadScene, headFacts, headLines } from '../../../renderer/waterfall/head-facts.ts'

const NOW = new Date(2026, 2, 1, 14, 38).getTime()
const S = 1000

test('the head knows what runs with its step and time left, what was last, and since when it is red', () => {
  const builds = [
    build(4, 8, null),
    build(3, 20, 10, FAILURE),
    build(2, 40, 30, RETRY),
    build(1, 60, 48),
  ]
  const steps = new Map([
    [3 as BuildId, [step(3, 'git', true), step(3, 'test', true), step(3, 'pack', true)]],
    [4 as BuildId, [step(4, 'git', true), step(4, 'test', false)]],
  ])
  const facts = headFacts(builds, steps, NOW)
  expect({
    last: facts.last?.number,
    recent: facts.recent.map(one => one.number),
    red: [facts.red?.first.number, facts.red?.lastGood?.number],
    running: facts.running.map(({ leftMs, step, at, of }) => [leftMs, step, at, of]),
  }).toEqual({
    last: 3,
    recent: [1, 2, 3],
    red: [3, 1],
    running: [[4 * S, 'test', 2, 3]],
  })
})

test('what the machine slept is no time that is left', () => {
  const builds = [build(2, 8, null), build(1, 60, 48)]
  const sleeps = [{ from: NOW - 55 * S, to: NOW - 51 * S }]
  const leftMs = (slept: readonly Sleep[]) =>
    headFacts(builds, new Map(), NOW, slept).running.map(one => one.leftMs)
  expect(leftMs(sleeps)).toEqual([0])
  // Nor is what it slept since the build began.
  expect(leftMs([{ from: NOW - 6 * S, to: NOW - 3 * S }])).toEqual([7 * S])
})

test('a bisect builds old changes, which neither repairs nor breaks anything', () => {
  const old = (number: number, results: Result) => ({
    ...build(number, 10 - number, 9 - number, results),
    scheduler: BISECT_SCHEDULER,
  })
  const facts = headFacts(
    [old(3, FAILURE), old(2, SUCCESS), build(1, 20, 10, FAILURE)],
    new Map(),
    NOW,
  )
  expect([facts.last?.number, facts.red?.first.number]).toEqual([1, 1])
})

const BLAMED = { changes: 1, subject: 'Round down', who: 'Mira <mira@example.org>' }

test('a builder that never was green was broken by nobody', () => {
  const { red } = headFacts([build(2, 20, 10, FAILURE), build(1, 40, 30, FAILURE)], new Map(), NOW)
  expect(headLines(scene({ red, blamed: BLAMED })).map(line => line.long)).toEqual([
    'red since #1, never green',
  ])
})

test('who turned a builder red is named with the one change, or the number of them', () => {
  const red = redRun(812)
  const said = (blamed: Partial<HeadScene['blamed']>) =>
    headLines(scene({ red, blamed: { ...BLAMED, ...blamed } })).flatMap(line => [
      line.short,
      line.long,
    ])
  expect([
    said({}),
    said({ changes: 3, subject: null }),
    said({ changes: 2, subject: null, who: null }),
  ]).toEqual([
    ['red since #812, Mira', 'red since #812, Mira: “Round down”'],
    ['red since #812, Mira', 'red since #812, Mira: 3 changes'],
    ['red since #812', 'red since #812, 2 changes'],
  ])
})

describe('the lines of a head', () => {
  test('say which step runs, how much is left, and when that is over', () => {
    const lines = headLines(scene({ running: [running({ leftMs: 240 * S })] }))
    expect(lines.map(line => line.short)).toEqual([
      'test 3/7',
      expect.stringMatching(/^4 min left, /),
    ])
    expect(lines[0]!.long).toBe('step 3 of 7 test, about 4 min left')
  })

  test('say how much longer than usual it takes, and nothing where nobody can know', () => {
    expect(shorts({ running: [running({ leftMs: -65 * S })] })[1]).toBe('1 min over')
    expect(shorts({ running: [running({ leftMs: 400 })] })[1]).toMatch(/^due now/)
    expect(shorts({ running: [running({ leftMs: null, of: 0 })] })).toEqual(['test'])
    expect(shorts({ running: [running({ leftMs: null, of: 0, step: '' })] })).toEqual(['starting'])
  })

  test('of parallel builds count them, with the time left of each', () => {
    const two = [running({ leftMs: 360 * S }), running({ leftMs: 540 * S })]
    expect(shorts({ running: two })).toEqual(['2 builds', '6 min left, 9 min left'])
  })

  test('say that a build goes on while the link to its slave is lost', () => {
    const slaves = [
      { slave: { name: 'mini', state: 'lost', since: NOW - 42 * S } as Slave, words: words('') },
    ]
    expect(shorts({ running: [running({})], slaves })).toEqual(['link lost 0:42, build goes on'])
  })

  test('say who paused its slaves and why, what waits, since when it is red, and what comes next', () => {
    const lines = headLines(
      scene({
        stopped: true,
        slaves: [{ slave: { name: 'mini' } as Slave, words: words('Paused by ann', '“updates”') }],
        waiting: { count: 2, reason: 'mini is paused' },
        red: redRun(812),
        blamed: { changes: 3, subject: null, who: null },
        next: {
          at: new Date(2026, 2, 2, 3, 0).getTime(),
          scheduler: 'nightly',
          onlyIfChanged: true,
        },
      }),
    )
    expect(lines.map(line => [line.tone, line.long])).toEqual([
      ['amber', 'mini: paused by ann, “updates”'],
      ['amber', '2 waiting: mini is paused'],
      ['bad', 'red since #812, 3 changes'],
      ['soft', expect.stringMatching(/^next .*3:00.*, nightly, if anything has changed$/)],
    ])
  })

  test('are one where there is nothing to say', () => {
    expect(shorts({})).toEqual(['idle'])
    expect(shorts({ red: redRun(7) })).toEqual(['red since #7'])
  })
})

function redRun(number: number): HeadScene['red'] {
  const first = build(number, 20, 10, FAILURE)
  return { first, count: 1, lastGood: build(number - 1, 40, 30), repaired: null }
}

function shorts(parts: Partial<HeadScene>): string[] {
  return headLines(scene(parts)).map(line => line.short)
}

function scene(parts: Partial<HeadScene>): HeadScene {
  return {
    now: NOW,
    running: [],
    red: null,
    waiting: null,
    slaves: [],
    stopped: false,
    blamed: null,
    next: null,
    monitor: null,
    ...parts,
  }
}

function running(parts: Partial<HeadScene['running'][number]>): HeadScene['running'][number] {
  return { build: build(9, 10, null), leftMs: null, step: 'test', at: 3, of: 7, ...parts }
}

function words(label: string, detail = '') {
  return { sign: 'paused', label, detail } as const
}

/** A build that began and ended so many seconds ago. */
function build(number: number, from: number, to: number | null, results: Result = SUCCESS): Build {
  return {
    id: number as BuildId,
    number,
    slave: 'mini',
    startedAt: NOW - from * S,
    completeAt: to === null ? null : NOW - to * S,
    results: to === null ? null : results,
    stateString: '',
  } as Build
}

function step(buildId: number, name: string, complete: boolean): Step {
  return { buildId: buildId as BuildId, name, completeAt: complete ? NOW : null } as Step
}
