import { expect, test } from 'vitest'
import {
  type AxisOptions,
  foldedAxis,
  linearAxis,
  type Span,
} from '../../../renderer/waterfall/axis.ts'
import { eventsAxis } from '../../../renderer/waterfall/events-axis.ts'
import { FUTURE_PX } from '../../../renderer/waterfall/future.ts'
import { positionAt, topOf } from '../../../renderer/waterfall/place.ts'
import { spanBetween } from '../../../renderer/waterfall/span.ts'
import { createRandom } from '../../helpers/random.ts'

const NOW = 1_795_000_000_000
const MINUTE = 60_000

/** Builds of two columns over some days, of seconds and of hours. */
function spansOf(seed: number, from: number, count: number): Span[] {
  const random = createRandom(seed).next
  return Array.from({ length: count }, () => {
    const start = from - Math.floor(random() * 5000) * MINUTE
    return { from: start, to: start + 5000 + Math.floor(random() ** 4 * 180 * MINUTE) }
  }).filter(span => span.to < from)
}

test('what is read stays where it is when older history is drawn below it', () => {
  const near = spansOf(1, NOW, 60)
  const older = [...near, ...spansOf(2, NOW - 5000 * MINUTE, 60)]
  const axisOf = (spans: readonly Span[]) =>
    foldedAxis({ now: NOW, spans, marks: [], zoom: 1, usualMs: 5 * MINUTE })
  const before = axisOf(near)
  const after = axisOf(older)
  const at = positionAt(before, 700, NOW)
  const top = topOf(after, at)

  for (const { from, to } of near) {
    if (before.y(from) < 700 || before.y(from) > 1500) continue
    expect(after.y(from) - top).toBeCloseTo(before.y(from) - 700)
    expect(after.y(to) - top).toBeCloseTo(before.y(to) - 700)
  }
})

test('what is read stays where it is when newer history is drawn above it', () => {
  const old = spansOf(3, NOW - 6000 * MINUTE, 60)
  const all = [...old, ...spansOf(4, NOW, 60)]
  const end = NOW - 6000 * MINUTE
  const before = foldedAxis({ now: end, spans: old, marks: [], zoom: 1, usualMs: 5 * MINUTE })
  const after = foldedAxis({ now: NOW, spans: all, marks: [], zoom: 1, usualMs: 5 * MINUTE })
  const at = positionAt(before, 900, NOW)
  const top = topOf(after, at)

  expect(after.moment(top)).toBeCloseTo(before.moment(900), -1)
  for (const { from } of old.filter(span => before.y(span.from) > 900))
    expect(after.y(from) - top).toBeCloseTo(before.y(from) - 900, 0)
})

test('now is at the foot of what is expected', () => {
  expect(topOf(linearAxis({ now: NOW, spans: [], marks: [], zoom: 1 }), null)).toBe(-FUTURE_PX)
})

test.each([
  ['folded', foldedAxis],
  ['events', (options: AxisOptions) => eventsAxis(options, columnsOf(options.spans))],
])('%s keeps the order and the overlaps of linear, whatever was built', (_, axisOf) => {
  for (let seed = 1; seed <= 40; seed++) {
    const spans = spansOf(seed, NOW, 30)
    const options = { now: NOW, spans, marks: [], zoom: 1 }
    const linear = linearAxis(options)
    const folded = axisOf(options)
    const relations = (y: (moment: number) => number) =>
      spans.flatMap(a =>
        spans.map(b => [y(a.from) <= y(b.from), y(a.to) < y(b.from) && y(b.to) < y(a.from)]),
      )
    expect(relations(folded.y)).toEqual(relations(linear.y))
    for (const { from, to } of spans) expect(folded.y(from) - folded.y(to)).toBeGreaterThan(13.9)
  }
})

/** The spans of three columns, as what happened in each. */
function columnsOf(spans: readonly Span[]): number[][] {
  return [0, 1, 2].map(i =>
    spans.filter((_, n) => n % 3 === i).flatMap(({ from, to }) => [from, to]),
  )
}

test('a span that is dragged is the time between its ends, whichever is above, and nothing above now', () => {
  const axis = linearAxis({
    now: NOW,
    spans: [],
    marks: [NOW - 3000 * MINUTE],
    zoom: 1,
    usualMs: MINUTE,
  })
  const span = { from: NOW - 10 * MINUTE, to: NOW - MINUTE }
  expect([spanBetween(axis, 64, 640), spanBetween(axis, 640, 64)]).toEqual([span, span])
  expect(spanBetween(axis, -90, 64)).toEqual({ from: NOW - MINUTE, to: NOW })
  expect(spanBetween(axis, -90, -10)).toBeNull()
})
