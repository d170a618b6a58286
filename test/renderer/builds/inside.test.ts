import { expect, test } from 'vitest'
import type { Inside } from '../../../main/master/db/inside.ts'
import type { Build, BuilderId, BuildId, Log, Step, StepId } from '../../../main/master/model.ts'
import { FAILURE, SKIPPED, SUCCESS } from '../../../main/master/results.ts'
import { criticalPath } from '../../../renderer/builds/critical-path.ts'
import { insideModel } from '../../../renderer/builds/inside.ts'

const T = 1_795_000_000_000
const S = 1000

const build = (id: number, from: number, to: number | null) =>
  ({
    id: id as BuildId,
    builderId: id as BuilderId,
    number: id,
    startedAt: T + from * S,
    completeAt: to === null ? null : T + to * S,
    results: to === null ? null : SUCCESS,
  }) as Build
const step = (id: number, name: string, from: number, to: number | null, results = SUCCESS) =>
  ({
    id: id as StepId,
    name,
    kind: name,
    startedAt: T + from * S,
    completeAt: to === null ? null : T + to * S,
    results: to === null ? null : results,
    hidden: false,
  }) as Step
const inside = (part: Partial<Inside> = {}): Inside => ({
  submittedAt: T - 10 * S,
  beside: [],
  usual: [],
  ...part,
})
const model = (
  own: Build,
  steps: readonly Step[],
  around: Inside,
  logs: readonly Log[] = [],
  now = T + 100 * S,
) => insideModel({ build: own, steps, logs, artifacts: [] }, around, id => `b${id}`, now)

test('rows stand on one axis: the queue, each step, and what was built beside', () => {
  const { bars, queuedMs, betweenMs, longest, last } = model(
    build(1, 0, 40),
    [step(1, 'git', 0, 4), step(2, 'test', 6, 36, FAILURE), step(3, 'keep', 40, 40, SKIPPED)],
    inside({ beside: [build(2, 20, 50)], usual: [{ step: 'test', medianMs: 10 * S }] }),
    [{ stepId: 2, byteCount: 700 } as Log, { stepId: 2, byteCount: 300 } as Log],
  )
  const seen = bars.map(({ label, left, right, critical, usual, bytes }) => [
    label,
    [left, right].map(share => Math.round(share * 60)),
    critical,
    usual === null ? null : Math.round(usual * 60),
    bytes,
  ])
  expect(seen).toEqual([
    ['in the queue', [0, 10], true, null, null],
    ['git', [10, 14], true, null, null],
    ['test', [16, 46], true, 26, 1000],
    ['keep', [50, 50], false, null, null],
    ['b2 #2', [30, 60], false, null, null],
  ])
  expect([queuedMs, betweenMs, longest?.step.name, longest?.share, last?.id]).toEqual([
    10 * S,
    6 * S,
    'test',
    0.75,
    2,
  ])
})

test('a long wait does not make the build too small to be read: it is cut', () => {
  const { bars } = model(
    build(1, 0, 40),
    [step(1, 'git', 0, 40)],
    inside({ submittedAt: T - 7200 * S }),
  )
  expect(bars.map(({ left, right, cut }) => [left, right, cut])).toEqual([
    [0, 0.2, true],
    [0.2, 1, false],
  ])
})

test('of a build that runs, the open step reaches up to now', () => {
  const { bars } = model(build(1, 0, null), [step(1, 'git', 0, null)], inside(), [], T + 30 * S)
  expect(bars[1]).toMatchObject({ look: 'running', right: 1, critical: true })
  // Of what is usual, as much is drawn as there is room for.
  const usually = (seconds: number) =>
    model(
      build(1, 0, null),
      [step(1, 'git', 0, null)],
      inside({ usual: [{ step: 'git', medianMs: seconds * S }] }),
      [],
      T + 30 * S,
    ).bars[1]!
  expect([usually(36).usual, usually(90).usual]).toEqual([1, null])
})

test('a build without steps, or of no length, has rows and ticks all the same', () => {
  const { bars, ticks } = model(build(1, 0, 0), [], inside({ submittedAt: T }))
  expect([bars.length, ticks.every(tick => tick.at >= 0 && tick.at <= 1)]).toEqual([1, true])
})

test('the critical path goes back from what ended last, whatever ran beside it', () => {
  const path = criticalPath([
    { key: 'a', from: 0, to: 10 },
    { key: 'beside a', from: 2, to: 8 },
    { key: 'b', from: 11, to: 30 },
    { key: 'beside b', from: 10, to: 29 },
    { key: 'c', from: 30, to: 40 },
  ])
  expect([...path].sort()).toEqual(['a', 'b', 'c'])
})
