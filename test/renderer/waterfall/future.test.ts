import { describe, expect, test } from 'vitest'
import type { Build, Builder, BuilderId, BuildRequest, Slave } from '../../../main/master/model.ts'
import { FAILURE, RETRY_SCHEDULER, type Result, SUCCESS } from '../../../main/master/results.ts'
import { type Estimate, estimateOf } from '../../../renderer/waterfall/estimate.ts'
import { type Expected, forecast, type Standing } from '../../../renderer/waterfall/forecast.ts'
import {
  FUTURE_PX,
  futureAxis,
  futureTicks,
  placeExpected,
  remainder,
} from '../../../renderer/waterfall/future.ts'

const NOW = Date.UTC(2026, 10, 24, 14, 38)
const MIN = 60_000

test('the estimate is the median of the last eleven good builds, and between which half of them lie', () => {
  const builds = [
    made(1, 60, FAILURE),
    // It was retried from its last step.
    { ...made(1, 1), scheduler: RETRY_SCHEDULER },
    ...[4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 500].map(minutes => made(1, minutes)),
  ]
  expect(estimateOf(builds)).toEqual({
    medianMs: 9 * MIN,
    lowMs: 6 * MIN,
    highMs: 12 * MIN,
    of: 11,
  })
  expect(estimateOf([made(1, 60, FAILURE)])).toBeNull()
})

describe('what waits', () => {
  test('starts as its slave gets free, one after the other, by priority and then by age', () => {
    const found = forecast(
      standing({
        running: [running(1, 5)],
        requests: [request(2, 1), request(3, 2), request(3, 3, 10)],
      }),
    )
    // Builder 1 has taken 5 of its 8 minutes; each of the others takes 8.
    expect(starts(found)).toEqual({ 2: [11], 3: [3, 19] })
    const slept = standing({
      running: [running(1, 65)],
      requests: [request(2, 1)],
      sleeps: [{ from: NOW - 62 * MIN, to: NOW - 2 * MIN }],
    })
    expect(starts(forecast(slept))).toEqual({ 2: [3] })
  })

  test('takes whichever of two slaves is free first, and begins now where one is', () => {
    const slaves = [slave('local'), slave('mini')]
    const builders = [1, 2, 3].map(id => builder(id, ['local', 'mini']))
    const requests = [request(2, 1), request(3, 2)]
    expect(
      starts(forecast(standing({ slaves, builders, running: [running(1, 6)], requests }))),
    ).toEqual({ 2: [0], 3: [2] })
  })

  test('waits for the end of a pause, and for the holder of a lock', () => {
    const paused = { reason: '', at: NOW, by: null, until: NOW + 30 * MIN }
    expect(
      starts(
        forecast(standing({ slaves: [slave('local', { paused })], requests: [request(2, 1)] })),
      ),
    ).toEqual({ 2: [30] })
    const lock = { kind: 'lock', slave: 'local', lock: 'gpu', holders: ['builder 1 #9'] } as const
    const queue = [{ builderId: id(2), count: 1, oldestAt: NOW, reason: 'gpu', reasons: [lock] }]
    expect(
      starts(
        forecast(
          standing({
            slaves: [slave('local', { maxBuilds: 4 })],
            running: [{ ...running(1, 6), number: 9 }],
            requests: [request(2, 1)],
            queue,
          }),
        ),
      ),
    ).toEqual({ 2: [2] })
  })

  test('has no start where none can be told', () => {
    const away = slave('local', { state: 'offline' })
    expect(starts(forecast(standing({ slaves: [away], requests: [request(2, 1)] })))).toEqual({
      2: [null],
    })
    const never = standing({
      running: [running(1, 1)],
      requests: [request(2, 1)],
      estimate: () => null,
    })
    expect(starts(forecast(never))).toEqual({ 2: [null] })
  })

  test('is told one by one for three, and counted after that', () => {
    const requests = [1, 2, 3, 4, 5].map(n => request(2, n))
    const [, , third] = forecast(standing({ requests })).get(id(2))!
    expect(third!.more).toBe(2)
  })

  test('is followed by what schedulers plan', () => {
    const schedule = [
      {
        builderId: id(2),
        scheduler: 'nightly',
        at: NOW + 60 * MIN,
        cause: 'clock' as const,
        reason: 'scheduled by nightly',
        onlyIfChanged: true,
      },
    ]
    const found = forecast(standing({ requests: [request(2, 1)], schedule })).get(id(2))!
    expect(found.map(one => [one.kind, minutes(one.startsAt), one.onlyIfChanged])).toEqual([
      ['waiting', 0, false],
      ['planned', 60, true],
    ])
  })
})

describe('above the now line', () => {
  test('moments keep their order, and there and back is the same', () => {
    const axis = futureAxis(NOW, NOW + 14 * 60 * MIN)
    const ys = [0, 1, 5, 30, 60, 300, 840, 3000].map(after => axis.y(NOW + after * MIN))
    expect(ys.map(Math.round)).toEqual([0, -11, -28, -53, -63, -88, -104, -104])
    for (const y of [-3, -40, -100]) expect(axis.y(axis.moment(y))).toBeCloseTo(y)
  })

  test('what remains of a running build fades between the ends that are likely', () => {
    const axis = futureAxis(NOW, NOW + 10 * MIN)
    const box = remainder(running(1, 3), { x: 7, width: 90 }, USUAL, axis)
    const at = (after: number) => -axis.y(NOW + after * MIN)
    expect(box.leftMs).toBe(5 * MIN)
    expect(box.height).toBeCloseTo(at(9))
    expect(box.softPx).toBeCloseTo(at(9) - at(3))
    const late = remainder(running(1, 30), { x: 7, width: 90 }, USUAL, axis)
    expect([late.leftMs, late.height]).toEqual([-22 * MIN, 6])
    const slept = [{ from: NOW - 28 * MIN, to: NOW - MIN }]
    const rested = remainder(running(1, 30), { x: 7, width: 90 }, USUAL, axis, slept)
    expect(rested).toMatchObject({ leftMs: 5 * MIN, height: box.height, softPx: box.softPx })
  })

  test('boxes stand at their start, clear of each other, with room for a line', () => {
    const axis = futureAxis(NOW, NOW + 14 * 60 * MIN)
    const boxes = placeExpected(
      [planned(13 * 60), waiting(null), waiting(1), waiting(1.5)],
      [],
      axis,
    )
    expect(boxes[0]!.top + boxes[0]!.height).toBeCloseTo(axis.y(NOW + MIN))
    for (const [i, box] of boxes.entries()) {
      expect(box.top).toBeGreaterThanOrEqual(-FUTURE_PX)
      expect(box.height).toBeGreaterThanOrEqual(17)
      if (i > 0) expect(box.top + box.height).toBeLessThanOrEqual(boxes[i - 1]!.top - 2)
    }
  })

  test('what finds no room is counted at the last box, and nothing is lost', () => {
    const axis = futureAxis(NOW, NOW + 10 * MIN)
    const list = Array.from({ length: 9 }, () => waiting(0))
    const boxes = placeExpected(list, [], axis)
    expect(boxes.length).toBeGreaterThan(1)
    expect(boxes.reduce((sum, box) => sum + 1 + box.more, 0)).toBe(9)
    const full = [{ top: -FUTURE_PX, height: FUTURE_PX, softPx: 0 }]
    expect(placeExpected(list, full, axis).map(box => box.more)).toEqual([8])
  })

  test('labels are round and apart', () => {
    const ticks = futureTicks(futureAxis(NOW, NOW + 14 * 60 * MIN))
    expect(ticks.length).toBeGreaterThan(2)
    for (const [i, tick] of ticks.entries()) {
      expect(tick.moment % MIN).toBe(0)
      expect(tick.moment).toBeGreaterThan(NOW)
      if (i > 0) expect(ticks[i - 1]!.y - tick.y).toBeGreaterThanOrEqual(22)
    }
  })
})

const USUAL: Estimate = { medianMs: 8 * MIN, lowMs: 6 * MIN, highMs: 12 * MIN, of: 11 }

function id(n: number): BuilderId {
  return n as BuilderId
}

function minutes(moment: number | null): number | null {
  return moment === null ? null : (moment - NOW) / MIN
}

function starts(found: ReadonlyMap<BuilderId, readonly Expected[]>) {
  return Object.fromEntries(
    [...found].map(([id, list]) => [id, list.map(one => minutes(one.startsAt))]),
  )
}

function standing(parts: Partial<Standing>): Standing {
  return {
    now: NOW,
    builders: [1, 2, 3].map(n => builder(n, ['local'])),
    slaves: [slave('local')],
    running: [],
    requests: [],
    queue: [],
    schedule: [],
    estimate: () => USUAL,
    sleeps: [],
    ...parts,
  }
}

function builder(n: number, slaves: readonly string[]): Builder {
  return { id: id(n), name: `builder ${n}`, slaves } as unknown as Builder
}

function slave(name: string, parts: Partial<Slave> = {}): Slave {
  return {
    name,
    active: true,
    state: 'online',
    draining: false,
    paused: null,
    quarantine: null,
    maxBuilds: 1,
    link: { how: 'pty' },
    ...parts,
  } as Slave
}

function running(builderId: number, forMinutes: number): Build {
  return {
    id: builderId,
    number: 1,
    builderId: id(builderId),
    slave: 'local',
    startedAt: NOW - forMinutes * MIN,
    completeAt: null,
    results: null,
  } as unknown as Build
}

function made(builderId: number, forMinutes: number, results: Result = SUCCESS): Build {
  return { ...running(builderId, forMinutes), completeAt: NOW, results }
}

function request(builderId: number, age: number, priority = 0): BuildRequest {
  return {
    id: age,
    builderId: id(builderId),
    priority,
    submittedAt: NOW - 60 * MIN + age,
    claimedAt: null,
    completeAt: null,
    reason: '',
    scheduler: 'on-change',
  } as unknown as BuildRequest
}

function waiting(inMinutes: number | null): Expected {
  return {
    kind: 'waiting',
    startsAt: inMinutes === null ? null : NOW + inMinutes * MIN,
    estimate: USUAL,
    reason: 'local is busy',
    since: NOW,
    scheduler: 'on-change',
    onlyIfChanged: false,
    more: 0,
  }
}

function planned(inMinutes: number): Expected {
  return { ...waiting(inMinutes), kind: 'planned', since: null, scheduler: 'nightly' }
}
