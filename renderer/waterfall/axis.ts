/** A stretch of time in which something ran. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A quiet stretch that is drawn as a break of fixed height. */
export interface Fold extends Span {
  readonly top: number
  readonly bottom: number
}

/** Where moments are on the screen: 0 is now, and the past is below. Monotone in every mode. */
export interface Axis {
  readonly height: number
  readonly folds: readonly Fold[]
  /** Moments that can be labelled, newest first, where round ones say little. */
  readonly labels?: readonly number[]
  /** What the labels say, where that is not the time of day. */
  readonly unit?: 'day' | 'month'
  y(moment: number): number
  moment(y: number): number
}

export interface AxisOptions {
  readonly now: number
  /** What ran; the axis ends at the oldest start. */
  readonly spans: readonly Span[]
  /** Moments that have to stand apart, such as those of changes. */
  readonly marks: readonly number[]
  /** When the machine slept: that is folded although builds ran on. */
  readonly sleeps?: readonly Span[]
  /** 1 draws a usual build about `USUAL_PX` high. */
  readonly zoom: number
  /** How long a usual build takes; the median of what is there when it is not given. */
  readonly usualMs?: number | undefined
}

/**
 * No box is lower than this: it holds one line of text. That is lower than a target should be (WCAG 2.2,
 * 2.5.8); but where a box is and how high it is tells when its build ran, and zooming in makes it higher.
 */
export const LOWEST_BOX = 18
const USUAL_PX = 64
const FOLD_PX = 24
/** Quiet for longer than this is folded away. */
const QUIET_MS = 90_000
// Beyond this a stretch in which nothing happens grows by its logarithm only.
const SOFT_PX = 96
const LOG_PX = 36
const FOOT_PX = 40

export interface Piece {
  /** Newer end. */
  readonly to: number
  readonly from: number
  px: number
  readonly fold: boolean
}

/** True to scale from now to the oldest start. */
export function linearAxis(options: AxisOptions): Axis {
  const { now, spans, marks } = options
  const oldest = Math.min(now, ...spans.map(span => span.from), ...marks)
  const scale = scaleFor(options)
  return axisOf(now, [{ to: now, from: oldest, px: (now - oldest) * scale, fold: false }])
}

/**
 * Time with its quiet stretches folded, its long uneventful ones compressed, and
 * its short builds stretched to a readable height. Order and overlap are those of
 * the linear axis, because every column shares the same pieces.
 */
export function foldedAxis(options: AxisOptions): Axis {
  const { now, spans, marks, sleeps = [] } = options
  const edges = [now, ...marks, ...[...spans, ...sleeps].flatMap(span => [span.from, span.to])]
  const times = [...new Set(edges.filter(time => time <= now))].sort((a, b) => b - a)
  const scale = scaleFor(options)
  const busy = busyBetween(times, spans)
  const pieces = times.slice(1).map((from, i): Piece => {
    const to = times[i]!
    const length = to - from
    const asleep = sleeps.some(sleep => sleep.from <= from && to <= sleep.to)
    if ((!busy[i] || asleep) && length >= QUIET_MS) return { to, from, px: FOLD_PX, fold: true }
    const px = length * scale
    return { to, from, px: busy[i] ? soften(px) : Math.min(px, FOLD_PX), fold: false }
  })
  stretchShortSpans(pieces, times, spans)
  return axisOf(now, pieces)
}

// How high a millisecond is, so that the usual build has its usual height.
function scaleFor({ spans, zoom, usualMs }: AxisOptions): number {
  return (USUAL_PX * zoom) / Math.max(1000, usualMs ?? medianMs(spans))
}

/** The median of how long builds took. */
export function medianMs(spans: readonly Span[]): number {
  const lengths = spans
    .map(span => span.to - span.from)
    .filter(length => length > 0)
    .sort((a, b) => a - b)
  return lengths[Math.floor(lengths.length / 2)] ?? 60_000
}

function soften(px: number): number {
  return px <= SOFT_PX ? px : SOFT_PX + Math.log2(px / SOFT_PX) * LOG_PX
}

// Whether anything ran between times[i + 1] and times[i].
function busyBetween(times: readonly number[], spans: readonly Span[]): boolean[] {
  const index = new Map(times.map((time, i) => [time, i]))
  const steps = new Array<number>(times.length).fill(0)
  for (const { from, to } of spans) {
    const first = index.get(to) ?? 0
    const last = index.get(from)
    if (last === undefined) continue
    steps[first]!++
    steps[last]!--
  }
  let running = 0
  return times.map((_, i) => {
    running += steps[i]!
    return running > 0
  })
}

/** Makes room for the lowest box in each span that has less. */
export function stretchShortSpans(
  pieces: Piece[],
  times: readonly number[],
  spans: readonly Span[],
) {
  const index = new Map(times.map((time, i) => [time, i]))
  // The shortest first: what they need helps the longer ones that hold them.
  for (const { from, to } of [...spans].sort((a, b) => a.to - a.from - (b.to - b.from))) {
    const first = index.get(to) ?? 0
    const end = index.get(from)
    if (end === undefined) continue
    // A long build spans thousands; it is high enough after a few.
    let px = 0
    for (let i = first; i < end && px < LOWEST_BOX; i++) px += pieces[i]!.px
    if (px >= LOWEST_BOX || end <= first) continue
    for (let i = first; i < end; i++) pieces[i]!.px += (LOWEST_BOX - px) / (end - first)
  }
}

export function axisOf(now: number, pieces: readonly Piece[]): Axis {
  const tops: number[] = []
  let height = 0
  for (const piece of pieces) {
    tops.push(height)
    height += piece.px
  }
  const oldest = pieces.at(-1)?.from ?? now
  const folds = pieces.flatMap((piece, i): Fold[] =>
    piece.fold
      ? [{ from: piece.from, to: piece.to, top: tops[i]!, bottom: tops[i]! + piece.px }]
      : [],
  )
  return {
    height: height + FOOT_PX,
    folds,
    y(moment) {
      if (moment >= now) return 0
      if (moment <= oldest) return height
      // Pieces run downwards in time: find the first that begins before the moment.
      let low = 0
      let high = pieces.length - 1
      while (low < high) {
        const middle = (low + high) >> 1
        if (pieces[middle]!.from <= moment) high = middle
        else low = middle + 1
      }
      const piece = pieces[low]!
      const share = (piece.to - moment) / Math.max(1, piece.to - piece.from)
      return tops[low]! + share * piece.px
    },
    moment(y) {
      if (y <= 0) return now
      let at = 0
      for (let end = pieces.length; end - at > 1; ) {
        const middle = (at + end) >> 1
        if (tops[middle]! <= y) at = middle
        else end = middle
      }
      const piece = pieces[at]
      if (!piece) return now
      const share = Math.min(1, (y - tops[at]!) / Math.max(0.001, piece.px))
      return piece.to - share * (piece.to - piece.from)
    },
  }
}

export interface Tick {
  readonly moment: number
  readonly y: number
  /** The first label of its day. */
  readonly newDay: boolean
}

/** What labels may stand apart. */
export const TICK_STEPS_MS: readonly number[] = [
  1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400,
].map(seconds => seconds * 1000)
const TICK_PX = 52
/** The same where labels stand beside rows. */
const LABEL_PX = 30

/** Round moments to label, at least `TICK_PX` apart, and none in a fold. */
export function ticksOf(axis: Axis, now: number, from: number, to: number): Tick[] {
  if (axis.labels) return labelled(axis, axis.labels, now, from, to)
  const ticks: Tick[] = []
  let lastY = 0
  for (let y = Math.max(TICK_PX, from); y < to; ) {
    const near = axis.moment(y)
    const perPx = Math.max(1, axis.moment(y) - axis.moment(y + 10)) / 10
    const step = TICK_STEPS_MS.find(one => one / perPx >= TICK_PX) ?? TICK_STEPS_MS.at(-1)!
    const moment = roundDown(near, step)
    const at = axis.y(moment)
    const folded = axis.folds.find(fold => at > fold.top && at < fold.bottom)
    if (folded) {
      y = folded.bottom + 1
      continue
    }
    if (at - lastY >= TICK_PX * 0.7 && at >= y - 1) {
      const before = ticks.at(-1)?.moment ?? now
      ticks.push({
        moment,
        y: at,
        newDay: new Date(before).toDateString() !== new Date(moment).toDateString(),
      })
      lastY = at
    }
    y = Math.max(y + TICK_PX / 2, at + TICK_PX * 0.7)
  }
  return ticks
}

function labelled(
  axis: Axis,
  labels: readonly number[],
  now: number,
  from: number,
  to: number,
): Tick[] {
  const ticks: Tick[] = []
  const newest = axis.moment(from)
  let lastY = Math.max(0, from - LABEL_PX)
  // Newest first: the first that is in sight.
  let at = 0
  for (let end = labels.length; at < end; ) {
    const middle = (at + end) >> 1
    if (labels[middle]! > newest) at = middle + 1
    else end = middle
  }
  for (; at < labels.length; at++) {
    const moment = labels[at]!
    const y = axis.y(moment)
    if (y >= to) break
    if (y - lastY < LABEL_PX) continue
    const before = ticks.at(-1)?.moment ?? now
    const newDay = new Date(before).toDateString() !== new Date(moment).toDateString()
    ticks.push({ moment, y, newDay })
    lastY = y
  }
  return ticks
}

const HOUR_MS = 3_600_000

/** The last moment up to this one that is round on the clock of the person's zone. */
export function roundDown(moment: number, step: number): number {
  // Within an hour, the one that is there twice a year included, the clock counts evenly.
  if (step <= HOUR_MS) {
    const offset = new Date(moment).getTimezoneOffset() * 60_000
    return Math.floor((moment - offset) / step) * step + offset
  }
  const date = new Date(moment)
  const hours = step / HOUR_MS
  return date.setHours(Math.floor(date.getHours() / hours) * hours, 0, 0, 0)
}

/** The first such moment from this one on. */
export function roundUp(moment: number, step: number): number {
  const before = roundDown(moment - 1, step)
  if (step <= HOUR_MS) return before + step
  const date = new Date(before)
  return date.setHours(date.getHours() + step / HOUR_MS)
}
