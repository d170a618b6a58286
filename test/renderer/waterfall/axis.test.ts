import { describe, expect, test } from 'vitest'
import {
  type Axis,
  foldedAxis,
  LOWEST_BOX,
  linearAxis,
  type Span,
  ticksOf,
} from '../../../renderer/waterfall/axis.ts'
import { eventsAxis } from '../../../renderer/waterfall/events-axis.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND
const NOW = Date.UTC(2026, 10, 24, 14, 38)

describe('the folded axis', () => {
  test('begins at now and ends at the oldest start', () => {
    const axis = foldedAxis({ now: NOW, spans: [span(60, 30)], marks: [], zoom: 1 })
    expect([axis.y(NOW), axis.y(NOW + HOUR), axis.moment(0), axis.moment(1e9)]).toEqual([
      0,
      0,
      NOW,
      NOW - 60 * SECOND,
    ])
  })

  test('folds a quiet night into one break that says how long it was', () => {
    const spans = [span(20, 10), span(10 * 3600, 10 * 3600 - 10)]
    const { folds, height } = foldedAxis({ now: NOW, spans, marks: [], zoom: 1 })
    expect(folds.map(fold => fold.to - fold.from)).toEqual([10 * HOUR - 30 * SECOND])
    expect(height).toBeLessThan(300)
  })

  test('gives a build of a tenth of a second and one of three hours a box that can be read', () => {
    const short: Span = { from: NOW - 1000, to: NOW - 900 }
    const long: Span = { from: NOW - 4 * HOUR, to: NOW - HOUR }
    const axis = foldedAxis({ now: NOW, spans: [short, long], marks: [], zoom: 1 })
    const height = ({ from, to }: Span) => axis.y(from) - axis.y(to)
    expect(height(short)).toBeGreaterThanOrEqual(LOWEST_BOX - 0.01)
    expect(height(long)).toBeLessThan(800)
  })

  test('keeps order and overlap of the linear one, whatever happened', () => {
    const random = seeded(7)
    for (let round = 0; round < 200; round++) {
      const spans = Array.from({ length: 30 }, () => {
        const to = NOW - random() * 48 * HOUR
        return { from: to - random() ** 6 * 3 * HOUR, to }
      })
      const options = { now: NOW, spans, marks: [NOW - random() * HOUR], zoom: 0.3 + random() * 4 }
      expectSameOrder(foldedAxis(options), linearAxis(options), spans)
    }
  })

  test('is its own inverse between its folds', () => {
    const axis = foldedAxis({
      now: NOW,
      spans: [span(300, 200), span(100, 40)],
      marks: [],
      zoom: 2,
    })
    for (const ago of [10, 50, 99, 220, 299]) {
      const moment = NOW - ago * SECOND
      expect(Math.abs(axis.moment(axis.y(moment)) - moment)).toBeLessThan(SECOND / 10)
    }
  })

  test('of a desk without builds has no height to speak of', () => {
    expect(foldedAxis({ now: NOW, spans: [], marks: [], zoom: 1 }).height).toBeLessThan(100)
  })
})

test('a larger zoom makes the same build higher', () => {
  const height = (zoom: number) =>
    linearAxis({ now: NOW, spans: [span(40, 10)], marks: [], zoom }).y(NOW - 40 * SECOND)
  expect(height(2)).toBeCloseTo(2 * height(1))
})

test('labels stand at round moments, apart from each other and outside of folds', () => {
  const spans = [span(600, 10), span(20 * 3600, 20 * 3600 - 900)]
  const axis = foldedAxis({ now: NOW, spans, marks: [], zoom: 3 })
  const ticks = ticksOf(axis, NOW, 0, axis.height)
  expect(ticks.length).toBeGreaterThan(2)
  for (const [i, tick] of ticks.entries()) {
    expect(tick.moment % SECOND).toBe(0)
    expect(axis.folds.some(fold => tick.y > fold.top && tick.y < fold.bottom)).toBe(false)
    if (i > 0) expect(tick.y - ticks[i - 1]!.y).toBeGreaterThan(30)
  }
})

describe('the axis of events', () => {
  const busy = { from: NOW - 58 * SECOND, to: NOW - 51 * SECOND }
  const long = { from: NOW - 5 * HOUR, to: NOW - 2 * HOUR }
  const axis = eventsAxis({ now: NOW, spans: [busy, long], marks: [], zoom: 1 }, [
    // Three events within ten seconds, one of them a step in between.
    [busy.to, NOW - 55 * SECOND, busy.from],
    [long.to, long.from],
  ])

  test('is as many rows high as the busiest column has events, and three hours cost one', () => {
    const y = (moment: number) => Math.round(axis.y(moment))
    expect([y(busy.to), y(busy.from), y(long.to), y(long.from), y(NOW)]).toEqual([
      LOWEST_BOX,
      3 * LOWEST_BOX,
      4 * LOWEST_BOX,
      5 * LOWEST_BOX,
      0,
    ])
    expect(axis.folds).toEqual([])
  })

  test('is labelled where something happened, and not between', () => {
    const seen = ticksOf(axis, NOW, 0, axis.height).map(tick => tick.moment)
    expect(seen).toEqual([NOW - 55 * SECOND, long.to])
  })

  test('grows and shrinks with the zoom, but never to nothing', () => {
    const height = (zoom: number) =>
      eventsAxis({ now: NOW, spans: [], marks: [long.to, long.from], zoom }, []).y(long.from)
    expect([height(1), height(2), height(0.01)].map(Math.round)).toEqual([36, 72, 12])
  })
})

function expectSameOrder(folded: Axis, linear: Axis, spans: readonly Span[]) {
  const edges = spans.flatMap(({ from, to }) => [from, to]).sort((a, b) => b - a)
  for (const [i, moment] of edges.entries()) {
    const before = edges[i - 1]
    if (before === undefined) continue
    expect(
      Math.sign(Math.round((linear.y(moment) - linear.y(before)) * 1e6)),
    ).toBeGreaterThanOrEqual(0)
    expect(folded.y(moment)).toBeGreaterThanOrEqual(folded.y(before))
  }
}

/** From and to so many seconds ago. */
function span(from: number, to: number): Span {
  return { from: NOW - from * SECOND, to: NOW - to * SECOND }
}

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
