import type { Build } from '../bridge.ts'
import type { Sleep } from '../store/sleeps.ts'
import { roundUp, TICK_STEPS_MS, type Tick } from './axis.ts'
import { awakeStart, type Estimate, leftMs } from './estimate.ts'
import type { Expected } from './forecast.ts'

/** Room for what is expected, above the now line. */
export const FUTURE_PX = 112
/** The far end of it; above is air. */
const FAR_PX = FUTURE_PX - 8
const LEAST_HORIZON_MS = 5 * 60_000
const MOST_HORIZON_MS = 24 * 3_600_000
const LEAST_NEAR_MS = 5000
const MOST_NEAR_MS = 300_000
/** One line of text, and two. */
const LINE_PX = 17
const TWO_LINES_PX = 29
const GAP_PX = 2
const TICK_PX = 22

/** Where what is to come is drawn: 0 is now and y falls; minutes are higher than hours. Monotone. */
export interface FutureAxis {
  readonly now: number
  y(moment: number): number
  moment(y: number): number
}

/**
 * @param until The last moment that has to be in it, as far as that goes.
 * @param usualMs How long a usual build takes: so long the scale is about even.
 */
export function futureAxis(now: number, until: number, usualMs = 60_000): FutureAxis {
  const near = Math.min(MOST_NEAR_MS, Math.max(LEAST_NEAR_MS, usualMs))
  const horizon = Math.min(MOST_HORIZON_MS, Math.max(LEAST_HORIZON_MS, until - now))
  const scale = FAR_PX / Math.log1p(horizon / near)
  return {
    now,
    y: moment => (moment <= now ? 0 : -scale * Math.log1p(Math.min(horizon, moment - now) / near)),
    moment: y => (y >= 0 ? now : now + near * Math.expm1(Math.min(FAR_PX, -y) / scale)),
  }
}

/** Something of a column above the now line. */
export interface FutureBox {
  readonly top: number
  readonly height: number
  /** So much at its upper end may as well not come to pass. */
  readonly softPx: number
}

export interface RunningFuture extends FutureBox {
  readonly build: Build
  readonly x: number
  readonly width: number
  /** `null` when nobody can say; negative when it should have ended. */
  readonly leftMs: number | null
}

export interface ExpectedFuture extends FutureBox {
  readonly expected: Expected
  /** Like it, above it, for which there is no room. */
  readonly more: number
}

/**
 * What remains of a running build.
 *
 * @param sleeps Time that no build took.
 */
export function remainder(
  build: Build,
  lane: { readonly x: number; readonly width: number },
  estimate: Estimate | null,
  axis: FutureAxis,
  sleeps: readonly Sleep[] = [],
): RunningFuture {
  const { x, width } = lane
  if (!estimate)
    return { build, x, width, leftMs: null, top: -LINE_PX, height: LINE_PX, softPx: LINE_PX }
  const { now } = axis
  const start = awakeStart(build, now, sleeps)
  const likely = Math.min(-6, axis.y(start + estimate.medianMs))
  const top = Math.min(likely, axis.y(start + estimate.highMs))
  const softPx = Math.max(6, axis.y(Math.max(now, start + estimate.lowMs)) - top)
  const left = leftMs(build, estimate, now, sleeps)
  return { build, x, width, leftMs: left, top, height: -top, softPx }
}

/** The builds of a column that are to come, the first at the bottom, clear of each other. */
export function placeExpected(
  list: readonly Expected[],
  running: readonly FutureBox[],
  axis: FutureAxis,
): ExpectedFuture[] {
  const startOf = (one: Expected) => one.startsAt ?? Number.POSITIVE_INFINITY
  const sorted = [...list].sort((a, b) => startOf(a) - startOf(b))
  let floor = Math.min(0, ...running.map(box => box.top)) - (running.length > 0 ? GAP_PX : 0)
  const placed: ExpectedFuture[] = []
  for (const [i, expected] of sorted.entries()) {
    const { startsAt, estimate } = expected
    const start = startsAt === null ? TWO_LINES_PX - FAR_PX : axis.y(startsAt)
    const bottom = Math.min(floor, Math.max(start, LINE_PX - FUTURE_PX))
    const room = bottom + FUTURE_PX
    if (room < LINE_PX) {
      const last = placed.at(-1)
      const rest = sorted.slice(i).reduce((sum, one) => sum + 1 + one.more, 0)
      if (last) placed[placed.length - 1] = { ...last, more: last.more + rest }
      else placed.push({ expected, more: rest - 1, top: -FUTURE_PX, height: LINE_PX, softPx: 0 })
      break
    }
    const least = startsAt === null ? TWO_LINES_PX : LINE_PX
    const end = (ms: number) => bottom - (axis.y(startsAt!) - axis.y(startsAt! + ms))
    const known = startsAt !== null && estimate !== null
    // It ends below the next one, and leaves a line for each that comes after it.
    const next = sorted[i + 1]?.startsAt ?? null
    const highest = Math.max(
      (LINE_PX + GAP_PX) * (sorted.length - 1 - i) - FUTURE_PX,
      next === null ? -FUTURE_PX : axis.y(next) + GAP_PX,
    )
    const wished = known ? Math.max(highest, end(estimate.highMs)) : 0
    const top = Math.max(-FUTURE_PX, Math.min(bottom - least, wished))
    const soft = known ? Math.min(bottom - LINE_PX, end(estimate.lowMs)) - top : 0
    placed.push({
      expected,
      more: expected.more,
      top,
      height: bottom - top,
      softPx: Math.max(0, soft),
    })
    floor = top - GAP_PX
  }
  return placed
}

/** Round moments to label above the now line. */
export function futureTicks(axis: FutureAxis): Tick[] {
  const ticks: Tick[] = []
  let last = 0
  for (let y = -TICK_PX; y > -FAR_PX; y -= TICK_PX / 4) {
    if (last - y < TICK_PX) continue
    const near = axis.moment(y)
    const perPx = (axis.moment(y - 4) - near) / 4
    const step = TICK_STEPS_MS.find(one => one >= perPx * TICK_PX * 0.6) ?? TICK_STEPS_MS.at(-1)!
    const moment = roundUp(near, step)
    const at = axis.y(moment)
    if (at <= -FAR_PX || last - at < TICK_PX) continue
    const before = ticks.at(-1)?.moment ?? axis.now
    const newDay =
      at > LINE_PX * 1.5 - FUTURE_PX &&
      new Date(before).toDateString() !== new Date(moment).toDateString()
    ticks.push({ moment, y: at, newDay })
    last = at
  }
  return ticks
}
