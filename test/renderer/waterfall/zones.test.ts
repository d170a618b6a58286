import { afterEach, describe, expect, test } from 'vitest'
import type { BuildsOfDay } from '../../../main/master/db/timeline.ts'
import type { BuilderId } from '../../../main/master/model.ts'
import { axisClock } from '../../../renderer/ui/format.ts'
import {
  foldedAxis,
  linearAxis,
  roundDown,
  roundUp,
  ticksOf,
} from '../../../renderer/waterfall/axis.ts'
import { dayAxis, daysOf, mergeDays, zoneStretches } from '../../../renderer/waterfall/days.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const before = process.env.TZ

afterEach(() => {
  process.env.TZ = before
})

// On 25 October 2026 at three in the morning clocks in Berlin went back to two, which is 01:00 UTC.
const CHANGE = Date.UTC(2026, 9, 25, 1)

describe('the night in which clocks go back', () => {
  test('has both of its hours from two to three on the axis, in order and equally high', () => {
    process.env.TZ = 'Europe/Berlin'
    const now = CHANGE + 3 * HOUR
    const axis = linearAxis({ now, spans: [], marks: [CHANGE - 3 * HOUR], zoom: 1, usualMs: HOUR })
    const ticks = ticksOf(axis, now, 0, axis.y(CHANGE - 2 * HOUR) + 1)
    expect(ticks.map(({ moment }) => [(moment - CHANGE) / HOUR, hours(moment)])).toEqual([
      [2, '04'],
      [1, '03'],
      [0, '02'],
      [-1, '02'],
      [-2, '01'],
    ])
    expect(new Set(ticks.slice(1).map((tick, i) => Math.round(tick.y - ticks[i]!.y)))).toEqual(
      new Set([64]),
    )
  })

  test('and the one in which they go forward round to what is on the clock', () => {
    process.env.TZ = 'Europe/Berlin'
    const forward = Date.UTC(2026, 2, 29, 1)
    const local = (moment: number) => new Date(moment).toString().slice(4, 21)
    expect([
      local(roundDown(forward + HOUR / 2, DAY)),
      local(roundUp(forward - HOUR, DAY)),
      local(roundUp(forward - 2 * HOUR + 1, 3 * HOUR)),
      local(roundDown(CHANGE + 5 * HOUR, 6 * HOUR)),
    ]).toEqual(['Mar 29 2026 00:00', 'Mar 30 2026 00:00', 'Mar 29 2026 03:00', 'Oct 25 2026 06:00'])
  })

  test('is one day of 25 hours, whose halves are counted by different clocks', () => {
    process.env.TZ = 'Europe/Berlin'
    const [from, to] = [CHANGE - 3 * DAY, CHANGE + 3 * DAY]
    const stretches = zoneStretches(from, to)
    expect(stretches).toEqual([
      { from, to: CHANGE, offsetMs: 2 * HOUR },
      { from: CHANGE, to, offsetMs: HOUR },
    ])
    const day = Math.floor((CHANGE + HOUR) / DAY)
    const [cell, ...others] = daysOf([row(1, day, 3, 1), row(1, day, 2, 0)]).get(id(1))!
    expect(others).toEqual([])
    expect([cell!.builds, cell!.failed, (cell!.to - cell!.from) / HOUR]).toEqual([5, 1, 25])
    expect(cell!.from).toBe(CHANGE - 3 * HOUR)
  })
})

test('a zone without such nights is one stretch', () => {
  process.env.TZ = 'UTC'
  expect(zoneStretches(0, 400 * DAY)).toEqual([{ from: 0, to: 400 * DAY, offsetMs: 0 }])
})

test('whoever travels sees the same boxes at the same places, with the clock of the new zone', () => {
  const now = Date.UTC(2026, 10, 24, 14)
  const seen = ['Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns'].map(zone => {
    process.env.TZ = zone
    const spans = [{ from: now - 3 * HOUR, to: now - HOUR }]
    const axis = linearAxis({ now, spans, marks: [], zoom: 1, usualMs: HOUR })
    const [first] = ticksOf(axis, now, 0, axis.height)
    return [axis.y(now - 2 * HOUR), new Date(first!.moment).getMinutes()]
  })
  expect(seen).toEqual([
    [128, 0],
    [128, 0],
    [128, 0],
  ])
})

test('eight hours of sleep within a build are one fold, and what ran before and after is as high as it took', () => {
  const now = Date.UTC(2026, 10, 24, 14)
  const build = { from: now - 9 * HOUR, to: now }
  const sleep = { from: now - 8.5 * HOUR, to: now - HOUR / 2 }
  const options = { now, spans: [build], marks: [], zoom: 1, usualMs: HOUR }
  const axis = foldedAxis({ ...options, sleeps: [sleep] })
  expect(axis.folds.map(({ from, to }) => [from, to])).toEqual([[sleep.from, sleep.to]])
  const moments = [sleep.to, sleep.from, build.from]
  expect(moments.map(moment => Math.round(axis.y(moment)))).toEqual([32, 56, 88])
  expect(foldedAxis(options).folds).toEqual([])
})

describe('days', () => {
  test('stand on an even axis that is labelled by the calendar as far as there is room', () => {
    process.env.TZ = 'Europe/Berlin'
    const now = Date.UTC(2026, 10, 24, 14)
    const labels = (zoom: number) => {
      const { labels, unit } = dayAxis(now, now - 500 * DAY, zoom)
      return [unit, ...labels!.slice(0, 3).map(one => new Date(one).toDateString().slice(0, 10))]
    }
    expect([labels(0.19), labels(0.1), labels(0.02), labels(0.0125)]).toEqual([
      ['day', 'Mon Nov 23', 'Mon Nov 16', 'Mon Nov 09'],
      ['day', 'Mon Nov 23', 'Mon Nov 16', 'Mon Nov 09'],
      ['month', 'Sun Nov 01', 'Thu Oct 01', 'Tue Sep 01'],
      ['month', 'Sun Nov 01', 'Thu Oct 01', 'Tue Sep 01'],
    ])
    const axis = dayAxis(now, now - 500 * DAY, 0.1)
    expect(axis.y(now - DAY)).toBeCloseTo(13)
  })

  test('of a folded group are those of its members together', () => {
    process.env.TZ = 'UTC'
    const days = daysOf([row(1, 20_000, 3, 1), row(2, 20_000, 2, 0), row(2, 20_001, 1, 1)])
    const merged = mergeDays([days.get(id(1))!, days.get(id(2))!])
    expect(merged.map(cell => [cell.from / DAY, cell.builds, cell.failed])).toEqual([
      [20_001, 1, 1],
      [20_000, 5, 1],
    ])
    // Of a slave they are by its name.
    expect(daysOf([{ ...row(1, 20_000, 3, 1), of: 'mini' }]).get('mini')).toHaveLength(1)
  })
})

function id(n: number): BuilderId {
  return n as BuilderId
}

function hours(moment: number): string {
  return axisClock(moment).slice(0, 2)
}

function row(builder: number, day: number, builds: number, failed: number): BuildsOfDay {
  return { of: id(builder), day, builds, failed, warned: 0, exceptions: 0, busyMs: 0 }
}
