import { describe, expect, test } from 'vitest'
import type { Build, Builder, BuildId, Change, Slave, Step } from '../../../main/master/model.ts'
import {
  CANCELLED,
  FAILURE,
  RETRY,
  type Result,
  SUCCESS,
  WARNINGS,
} from '../../../main/master/results.ts'
import { PLAIN } from '../../../renderer/store/arrangement.ts'
import { planColumns } from '../../../renderer/waterfall/column-plan.ts'
import { daysOf } from '../../../renderer/waterfall/days.ts'
import { estimateOf } from '../../../renderer/waterfall/estimate.ts'
import {
  type Box,
  CHANGE_PX,
  decidingStep,
  layOut,
  type ModelInput,
  redStretches,
} from '../../../renderer/waterfall/model.ts'

import { tailRows } from '../../../renderer/waterfall/tail-rows.ts'

const NOW = 1_795_000_000_000
const S = 1000

describe('columns', () => {
  test('stand in the order of the builders, grouped by project', () => {
    const { columns, groups } = layOut(
      input({ plans: planColumns(PLAIN, [builder(1, 'a'), builder(2, 'a'), builder(3, 'b')], []) }),
    )
    expect(columns.map(column => [column.plan.name, column.boxes.all.length])).toEqual([
      ['builder 1', 0],
      ['builder 2', 0],
      ['builder 3', 0],
    ])
    expect(groups.map(({ plan }) => [plan.title, plan.count])).toEqual([
      ['a', 2],
      ['b', 1],
    ])
  })

  test('draw a quiet builder without builds too', () => {
    expect(
      layOut(input({ plans: planColumns(PLAIN, [builder(1, 'a')], []), builds: [] })).columns,
    ).toHaveLength(1)
  })
})

test('pins stay in sight as long as they leave room for the others', () => {
  const builders = Array.from({ length: 20 }, (_, i) => builder(i + 1, 'a'))
  const staysPx = (count: number) => {
    const pins = builders.slice(0, count).map(one => one.name)
    const plans = planColumns({ ...PLAIN, width: 'comfortable', pins }, builders, [])
    return layOut(input({ plans, columnWidth: 'comfortable' })).staysPx
  }
  expect([staysPx(0), staysPx(2), staysPx(8)]).toEqual([0, 208, 0])
})

describe('boxes', () => {
  test('are higher the longer the build took, and a running one reaches up to now', () => {
    const [running, long, short] = boxes([build(3, 10, null), build(2, 80, 40), build(1, 110, 100)])
    expect(running!.top).toBe(0)
    expect(long!.height).toBeGreaterThan(short!.height)
  })

  test('of parallel builds of one builder stand side by side and do not touch', () => {
    const list = boxes([
      build(5, 50, 10),
      build(4, 50, 10),
      build(3, 50, 10),
      build(2, 50, 10),
      build(1, 50, 10),
    ])
    const lanes = list.map(box => [box.x, box.x + box.width]).sort((a, b) => a[0]! - b[0]!)
    for (const [i, lane] of lanes.entries())
      if (i > 0) expect(lane[0]).toBeGreaterThanOrEqual(lanes[i - 1]![1]!)
  })

  test('of a builder with two tags stand in both of its columns, a folded one of them included', () => {
    const tagged = [builder(1, 'a', ['x', 'y']), builder(2, 'a', ['y'])]
    const all = [build(1, 50, 10), { ...build(2, 90, 60), builderId: 2 as Build['builderId'] }]
    const of = (folded: readonly string[]) => {
      const plans = planColumns({ ...PLAIN, group: 'tag', folded }, tagged, [])
      return layOut(input({ plans, builds: all })).columns.map(({ plan, boxes }) => [
        plan.key,
        boxes.all.flatMap(box => box.builds.map(one => one.id)),
      ])
    }
    expect(of([])).toEqual([
      ['builder 1', [1]],
      ['builder 1\ny', [1]],
      ['builder 2', [2]],
    ])
    expect(of(['y'])).toEqual([
      ['builder 1', [1]],
      ['tag:y', [1, 2]],
    ])
  })

  test('of five at a time are five in the narrowest column, and its lanes stay when they have ended', () => {
    const builders = Array.from({ length: 200 }, (_, i) => builder(i + 1, 'a'))
    const plans = planColumns(PLAIN, builders, [])
    const five = [5, 4, 3, 2, 1].map(number => build(number, 50, 10))
    const model = layOut(input({ plans, builds: five, width: 1000 }))
    const [column] = model.columns
    expect([column!.width, column!.lanes]).toEqual([24, 5])
    const list = column!.boxes.all
      .map(box => [box.x, box.x + box.width])
      .sort((a, b) => a[0]! - b[0]!)
    for (const [i, [from, to]] of list.entries()) {
      expect(to! - from!).toBeGreaterThan(1.5)
      expect(from).toBeGreaterThanOrEqual(list[i - 1]?.[1] ?? 0)
      expect(to).toBeLessThanOrEqual(24)
    }
    const lanes = new Map([[column!.plan.key, column!.lanes]])
    const later = layOut(input({ plans, builds: five.slice(4), width: 1000, lanes }))
    expect(later.columns[0]!.boxes.all[0]!.width).toBe(column!.boxes.all[0]!.width)
  })

  test('keep their lane when another build of the builder ends', () => {
    const before = boxes([build(2, 30, null), build(1, 50, null)])
    const after = boxes([build(2, 30, null), build(1, 50, 5)])
    expect(after.map(box => box.x)).toEqual(before.map(box => box.x))
  })

  test('stand in the lane of their slave, however much is known of what was before', () => {
    const slaves = ['a', 'b', 'c']
    const plans = planColumns(PLAIN, [{ ...builder(1, 'p'), slaves }], [])
    const on = (slave: string, number: number, from: number, to: number | null) => ({
      ...build(number, from, to),
      slave,
    })
    const history = [
      ...[on('b', 6, 20, null), on('a', 5, 25, null), on('c', 4, 30, null)],
      ...[on('a', 3, 45, 26), on('c', 2, 50, 31), on('b', 1, 60, 21)],
    ]
    const places = (builds: readonly Build[]) =>
      layOut(input({ plans, builds })).columns[0]!.boxes.all.map(box => box.x)
    expect(places(history.slice(0, 3))).toEqual(places(history).slice(0, 3))
    expect(new Set(places(history)).size).toBe(3)
  })

  test('hold their steps as bands from the bottom up', () => {
    const one = build(1, 100, 0)
    const steps = [step(1, 0, 'git', 100, 80), step(1, 1, 'test', 80, 0)]
    const [box] = boxes([one], steps)
    expect(box!.bands.map(band => band.step.name)).toEqual(['git', 'test'])
    expect(box!.bands[0]!.top).toBeGreaterThan(box!.bands[1]!.top)
    expect(box!.bands[0]!.top + box!.bands[0]!.height).toBeCloseTo(box!.height)
  })
})

test('a step that only warns is drawn as a warning', () => {
  const one = build(1, 20, 10, WARNINGS)
  const [box] = boxes([one], [step(1, 0, 'lint', 20, 10, FAILURE)])
  expect(box!.bands.map(({ look, deciding }) => [look, deciding])).toEqual([['warnings', false]])
})

test('the deciding step is the first with the result of its build', () => {
  const steps = [
    step(1, 0, 'git', 20, 18),
    step(1, 1, 'a', 18, 15, FAILURE),
    step(1, 2, 'b', 15, 10, FAILURE),
  ]
  expect(decidingStep(build(1, 20, 10, FAILURE), steps)?.name).toBe('a')
  expect(decidingStep(build(1, 20, 10, SUCCESS), steps)).toBeUndefined()
})

test('changes are written at their moment, clear of each other, newest first', () => {
  const changes = [change(3, 10), change(2, 10.1), change(1, 10.2)]
  const { changes: marks } = layOut(input({ builds: [build(1, 30, 5)], changes }))
  expect(marks.map(mark => mark.change.id)).toEqual([3, 2, 1])
  expect(marks[1]!.y - marks[0]!.y).toBeGreaterThanOrEqual(CHANGE_PX)
  expect(marks[0]!.exactY).toBeLessThanOrEqual(marks[1]!.exactY)
})

test('red runs from the first failure to its repair, and builds that were stopped do not count', () => {
  const builds = [
    build(6, 10, 5, FAILURE),
    build(5, 20, 15, SUCCESS),
    build(4, 30, 25, RETRY),
    build(3, 40, 35, FAILURE),
    build(2, 50, 45, CANCELLED),
    build(1, 60, 55, FAILURE),
  ]
  const found = redStretches(builds, { y: moment => NOW - moment }, NOW)
  expect(
    found.map(({ first, repaired, count }) => [first.number, repaired?.number ?? null, count]),
  ).toEqual([
    [1, 5, 2],
    [6, null, 1],
  ])
})

test('a slave has days as a builder has', () => {
  const slaves = [{ name: 'mini', tags: [], active: true } as unknown as Slave]
  const plans = planColumns({ ...PLAIN, columns: 'slaves' }, [], slaves)
  const row = { of: 'mini', day: 20_000, builds: 3, failed: 1, warned: 0, exceptions: 0, busyMs: 7 }
  const days = { beginning: NOW - 86_400_000, cells: daysOf([row]) }
  const model = layOut(input({ plans, builds: [], days }))
  expect([model.daily, model.columns[0]!.days]).toEqual([true, [expect.objectContaining(row)]])
})

test('the expected length is the median of the last good builds', () => {
  const builds = [build(4, 100, 0, FAILURE), build(3, 30, 0), build(2, 10, 0), build(1, 20, 0)]
  expect(estimateOf(builds)?.medianMs).toBe(20 * S)
  expect(estimateOf([build(1, 10, null)])).toBeNull()
})

function boxes(builds: readonly Build[], steps: readonly Step[] = []) {
  const byBuild = new Map<BuildId, Step[]>()
  for (const one of steps) byBuild.set(one.buildId, [...(byBuild.get(one.buildId) ?? []), one])
  return layOut(input({ builds, steps: byBuild })).columns[0]!.boxes.all
}

function input(parts: Partial<ModelInput>): ModelInput {
  return {
    now: NOW,
    mode: 'folded',
    zoom: 1,
    plans: planColumns(PLAIN, [builder(1, 'a')], []),
    builds: [],
    steps: new Map(),
    changes: [],
    queue: [],
    events: [],
    hidden: [],
    expected: new Map(),
    estimate: () => null,
    width: 900,
    ...parts,
  }
}

function builder(id: number, project: string, tags: readonly string[] = []): Builder {
  return {
    id: id as Builder['id'],
    name: `builder ${id}`,
    project,
    description: '',
    tags,
    slaves: ['local'],
    active: true,
    position: id,
    monitor: null,
  }
}

/** A build that began and ended so many seconds ago. */
function build(
  number: number,
  startedAgo: number,
  endedAgo: number | null,
  results: Result = SUCCESS,
): Build {
  return {
    id: number as BuildId,
    builderId: 1 as Build['builderId'],
    number,
    requestId: number as Build['requestId'],
    slave: 'local',
    reason: '',
    scheduler: '',
    branch: 'main',
    revision: null,
    startedAt: NOW - startedAgo * S,
    completeAt: endedAgo === null ? null : NOW - endedAgo * S,
    results: endedAgo === null ? null : results,
    stateString: '',
  }
}

function step(
  buildId: number,
  number: number,
  name: string,
  startedAgo: number,
  endedAgo: number,
  results: Result = SUCCESS,
): Step {
  return {
    id: (buildId * 100 + number) as Step['id'],
    buildId: buildId as BuildId,
    number,
    name,
    kind: 'shell',
    startedAt: NOW - startedAgo * S,
    completeAt: NOW - endedAgo * S,
    results,
    stateString: '',
    hidden: false,
    tests: null,
  }
}

function change(id: number, ago: number): Change {
  return {
    id: id as Change['id'],
    project: 'a',
    repository: '/r',
    branch: 'main',
    revision: 'f'.repeat(40),
    who: 'Ann',
    subject: 's',
    comments: 's',
    files: [],
    category: null,
    at: NOW - ago * S,
    receivedAt: NOW - ago * S,
  }
}

test('what runs has room for lines of its log once it is high and wide enough', () => {
  const bands = (height: number, look = 'running') =>
    [
      { look: 'success', height: 500 },
      { look, height },
    ] as unknown as Box['bands']
  const rows = (width: number, height: number) => tailRows({ width, bands: bands(height) })
  expect([rows(200, 40), rows(200, 41), rows(200, 65), rows(200, 900), rows(100, 900)]).toEqual([
    0, 2, 4, 8, 0,
  ])
  expect(tailRows({ width: 200, bands: bands(900, 'failure') })).toBe(0)
})

test('whatever clocks said, boxes and steps have no heights below nothing', () => {
  const steps = [step(1, 0, 'backwards', 60, 80), step(1, 1, 'ahead', -2400, -2410)]
  for (const one of [build(1, 100, 40), build(1, 40, 100)]) {
    const [box] = boxes([one], steps)
    const heights = [box!.height, ...box!.bands.map(band => band.height)]
    expect(heights.every(height => height >= 0)).toBe(true)
  }
})
