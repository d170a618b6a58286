import type { Build, BuilderId, BuildId, Change, MasterEvent, Queue, Step } from '../bridge.ts'
import { FAILURE, isGood, WARNINGS } from '../results.ts'
import { type RedRun, redRuns } from '../standing.ts'
import type { ColumnWidth } from '../store/arrangement.ts'
import type { AxisMode } from '../store/axis-modes.ts'
import type { MarkKind } from '../store/mark-kinds.ts'
import { sleepsOf } from '../store/sleeps.ts'
import { type Look, lookOf } from '../ui/look.ts'
import { type Axis, type AxisOptions, foldedAxis, linearAxis, type Span } from './axis.ts'
import { type Boxes, lazyBoxes, madeBoxes } from './boxes.ts'
import { type ColumnPlan, columnWidth, FOLDED_PX, type GroupPlan } from './column-plan.ts'
import { type DayCell, type Days, dayAxis, mergeDays } from './days.ts'
import { awakeStart, type Estimate } from './estimate.ts'
import { eventsAxis } from './events-axis.ts'
import type { Expected } from './forecast.ts'
import {
  type ExpectedFuture,
  type FutureAxis,
  futureAxis,
  placeExpected,
  type RunningFuture,
  remainder,
} from './future.ts'
import { type Mark, placeMarks, placeSleeps, type SleepBand } from './marks.ts'
import { summarize } from './summary.ts'

export interface ModelInput {
  readonly now: number
  readonly mode: AxisMode
  readonly zoom: number
  readonly plans: readonly ColumnPlan[]
  readonly columnWidth?: ColumnWidth
  /** How many builds each column was seen to have at a time; it never has fewer lanes. */
  readonly lanes?: ReadonlyMap<string, number>
  /** What builders are called, for the boxes of slaves. */
  readonly names?: ReadonlyMap<BuilderId, string>
  readonly builds: readonly Build[]
  readonly steps: ReadonlyMap<BuildId, readonly Step[]>
  readonly changes: readonly Change[]
  readonly events: readonly MasterEvent[]
  /** Kinds of marks that are switched off. */
  readonly hidden: readonly MarkKind[]
  readonly queue: Queue
  /** Builds that have not begun. */
  readonly expected: ReadonlyMap<BuilderId, readonly Expected[]>
  /** How long builds of a builder take. */
  readonly estimate: (id: BuilderId) => Estimate | null
  /** Given where a column is a strip of days and no builds are drawn. */
  readonly days?: { readonly beginning: number; readonly cells: Days } | undefined
  /** How long a usual build takes; the median of `builds` when it is not given. */
  readonly usualMs?: number | undefined
  /** Room for columns, in px. */
  readonly width: number
}

/** Everything that the waterfall draws, in px. `y` is 0 at now and grows into the past. */
export interface Model {
  readonly axis: Axis
  readonly future: FutureAxis
  readonly columns: readonly Column[]
  readonly groups: readonly Group[]
  readonly changes: readonly ChangeMark[]
  readonly marks: readonly Mark[]
  readonly sleeps: readonly SleepBand[]
  /** Whether columns are strips of days. */
  readonly daily: boolean
  readonly width: number
  /** So much at the left stays in sight when the columns are scrolled to the side: the pins. */
  readonly staysPx: number
}

export interface Column {
  readonly plan: ColumnPlan
  readonly lanes: number
  readonly x: number
  readonly width: number
  readonly boxes: Boxes
  /** Newest first; where they are given there are no boxes. */
  readonly days: readonly DayCell[]
  /** What is expected above the now line. */
  readonly future: Future
  /** Stretches from a first failure to its repair. */
  readonly red: readonly RedStretch[]
  /** The newest finished build, for a column without a box in sight. */
  readonly last: Build | null
}

export interface Group {
  readonly plan: GroupPlan
  readonly x: number
  readonly width: number
}

export interface Box {
  readonly build: Build
  /** Of a folded group: the builds that overlap are one box, and `build` is the worst of them. */
  readonly builds: readonly Build[]
  /** What is written in it. */
  readonly label: string
  /** Within the column. */
  readonly x: number
  readonly width: number
  readonly top: number
  readonly height: number
  readonly bands: readonly Band[]
}

export interface Band {
  readonly step: Step
  /** Within the box. */
  readonly top: number
  readonly height: number
  readonly look: Look
  /** Whether this step decided that the build is bad. */
  readonly deciding: boolean
}

export interface Future {
  /** What remains of the running builds. */
  readonly running: readonly RunningFuture[]
  /** Those that have not begun. */
  readonly expected: readonly ExpectedFuture[]
  readonly waiting: number
  readonly reason: string
}

/** Bad builds in a row, as far as they are known here, and where they are drawn. */
export interface RedStretch extends RedRun {
  readonly top: number
  readonly bottom: number
}

export interface ChangeMark {
  readonly change: Change
  /** Where it happened. */
  readonly exactY: number
  /** Where it is written, clear of its neighbours. */
  readonly y: number
}

export const CHANGE_PX = 31
/** Further than this from its moment a change is not written. */
const FARTHEST_CHANGE = 10 * CHANGE_PX
/** Changes that are so much older than the oldest build may have led to it. */
const BEFORE_MS = 600_000
const PAD = 6
/** A column narrower than this has no room to lose at its sides. */
const LEAST_FOR_PAD = 64

/** From what is known to boxes. Pure: no DOM, no clock. */
export function layOut(input: ModelInput): Model {
  const { now, plans, changes } = input
  const byPlan = buildsByPlan(plans, input.builds)
  const drawn = [...byPlan.values()].flat()
  const spans = drawn.map(
    (build): Span => ({ from: build.startedAt, to: Math.min(now, build.completeAt ?? now) }),
  )
  const oldest = Math.min(now, ...spans.map(span => span.from))
  const near = changes.filter(change => change.receivedAt >= oldest - BEFORE_MS)
  const marks = near.map(change => change.receivedAt)
  const { zoom, usualMs } = input
  // Of before the oldest build there is nothing to fold.
  const sleeps = sleepsOf(input.events).filter(sleep => sleep.from > oldest && sleep.to <= now)
  const options = { now, spans, marks, sleeps, zoom, usualMs }
  const axis = input.days
    ? dayAxis(now, input.days.beginning, input.zoom)
    : axisFor(input, options, [...byPlan.values()])

  const wide = columnWidth(plans, input.columnWidth ?? 'automatic', input.width)
  const future = futureAxis(now, horizonOf(input), input.usualMs)
  let x = 0
  const columns = plans.map((plan): Column => {
    const own = byPlan.get(plan.key) ?? []
    const width = plan.of === 'group' ? FOLDED_PX : wide
    const days = daysOfPlan(plan, input)
    const column = { plan, x, width, days, ...columnOf(plan, own, width, input, { axis, future }) }
    x += width
    return column
  })
  return {
    axis,
    future,
    columns,
    groups: groupsOf(columns),
    changes: placeChanges(near, axis),
    marks: placeMarks(input.events, input.hidden, axis, oldest - BEFORE_MS),
    sleeps: placeSleeps(input.events, input.hidden, axis),
    width: x,
    daily: input.days !== undefined,
    staysPx: staysPx(columns, input.width),
  }
}

function daysOfPlan({ of, name, builders }: ColumnPlan, { days }: ModelInput): readonly DayCell[] {
  if (!days) return []
  if (of === 'slave') return days.cells.get(name) ?? []
  return mergeDays(builders.map(({ id }) => days.cells.get(id) ?? []))
}

/** Pins that would take most of the room are scrolled with the others. */
function staysPx(columns: readonly Column[], room: number): number {
  const last = columns.findLast(isPinned)
  const px = last ? last.x + last.width : 0
  return px < room / 2 ? px : 0
}

function isPinned({ plan }: Column): boolean {
  return plan.group.kind === 'pinned'
}

function axisFor(
  { mode, steps, now }: ModelInput,
  options: AxisOptions,
  columns: readonly (readonly Build[])[],
): Axis {
  if (mode === 'linear') return linearAxis(options)
  if (mode === 'folded') return foldedAxis(options)
  const eventsOf = (build: Build) => [
    ...[build, ...(steps.get(build.id) ?? [])].map(({ completeAt }) => completeAt ?? now),
    build.startedAt,
  ]
  return eventsAxis(
    options,
    columns.map(builds => builds.flatMap(eventsOf)),
  )
}

function columnOf(
  plan: ColumnPlan,
  own: readonly Build[],
  width: number,
  input: ModelInput,
  { axis, future }: Pick<Model, 'axis' | 'future'>,
): Omit<Column, 'plan' | 'x' | 'width' | 'days'> {
  const { now } = input
  const last = own.find(build => build.completeAt !== null) ?? null
  const pad = width < LEAST_FOR_PAD ? 1 : PAD
  if (plan.of === 'group') {
    const place = { x: pad + 1, width: width - 2 * pad - 4 }
    const boxes = summarize(own, now).map((builds): Box => {
      const top = axis.y(Math.max(...builds.map(build => build.completeAt ?? now)))
      const from = Math.min(...builds.map(build => build.startedAt))
      const label = builds.length > 1 ? String(builds.length) : `#${builds[0]!.number}`
      return {
        build: builds[0]!,
        builds,
        label,
        ...place,
        top,
        height: axis.y(from) - top,
        bands: [],
      }
    })
    const above = futureOf(plan, own, input, future, () => place)
    return { lanes: 1, boxes: madeBoxes(boxes), future: above, red: [], last }
  }
  const { of, count: lanes } = assignLanes(own, now, input.lanes?.get(plan.key) ?? 1, build =>
    plan.of === 'slave' ? build.builderId : plan.builders[0]!.slaves.indexOf(build.slave),
  )
  const lane = (width - pad * 2) / lanes
  const gap = Math.min(4, lane / 4)
  const placeOf = (build: Build) => ({ x: pad + of.get(build.id)! * lane + 1, width: lane - gap })
  const labelOf = (build: Build) => {
    const builder = plan.of === 'slave' ? input.names?.get(build.builderId) : undefined
    return builder === undefined ? `#${build.number}` : `${builder} #${build.number}`
  }
  return {
    lanes,
    boxes: lazyBoxes(own, axis, now, build =>
      boxOf(build, labelOf(build), placeOf(build), input, axis),
    ),
    future: futureOf(plan, own, input, future, placeOf),
    // A slave is not red: what it builds is.
    red: plan.of === 'builder' ? redStretches(own, axis, now) : [],
    last,
  }
}

/** The builds of each column, by its key. */
function buildsByPlan(
  plans: readonly ColumnPlan[],
  builds: readonly Build[],
): ReadonlyMap<string, readonly Build[]> {
  const bySlave = plans[0]?.of === 'slave'
  const own = Map.groupBy<unknown, Build>(builds, build =>
    bySlave ? build.slave : build.builderId,
  )
  const listsOf = ({ name, builders }: ColumnPlan) =>
    (bySlave ? [name] : builders.map(({ id }) => id)).map(one => own.get(one) ?? [])
  return new Map(plans.map(plan => [plan.key, together(listsOf(plan))]))
}

// Lists of builds, newest first, as one.
function together(lists: readonly (readonly Build[])[]): readonly Build[] {
  if (lists.length === 1) return lists[0]!
  return lists.flat().sort((a, b) => b.startedAt - a.startedAt || b.id - a.id)
}

/**
 * Builds of a column that overlap get lanes of their own. A build prefers the lane of its slave, which makes
 * its place its own affair: it is the same however much is known of what was built before.
 */
function assignLanes(
  builds: readonly Build[],
  now: number,
  least: number,
  preferred: (build: Build) => number,
): { of: Map<BuildId, number>; count: number } {
  const inOrder = [...builds].sort((a, b) => a.startedAt - b.startedAt || a.id - b.id)
  const lanes = emptyLanes(Math.max(least, atATime(inOrder, now)))
  const of = new Map<BuildId, number>()
  for (const build of inOrder) {
    const own = Math.max(0, preferred(build)) % lanes.length
    const lane = lanes[own]! <= build.startedAt ? own : freeLane(lanes, build.startedAt)
    lanes[lane] = build.completeAt ?? now + 1
    of.set(build.id, lane)
  }
  return { of, count: lanes.length }
}

/** How many builds there were at the same time, at most. */
function atATime(inOrder: readonly Build[], now: number): number {
  const ends: number[] = []
  for (const { startedAt, completeAt } of inOrder) {
    const free = freeLane(ends, startedAt)
    ends[free < 0 ? ends.length : free] = completeAt ?? now + 1
  }
  return ends.length
}

/** When what stands in each lane ends. */
function emptyLanes(count: number): number[] {
  return new Array<number>(count).fill(Number.NEGATIVE_INFINITY)
}

function freeLane(ends: readonly number[], moment: number): number {
  return ends.findIndex(end => end <= moment)
}

function boxOf(
  build: Build,
  label: string,
  place: { readonly x: number; readonly width: number },
  input: ModelInput,
  axis: Axis,
): Box {
  const top = axis.y(build.completeAt ?? input.now)
  let bands: readonly Band[] | undefined
  return {
    build,
    builds: [build],
    label,
    ...place,
    top,
    height: Math.max(0, axis.y(build.startedAt) - top),
    // Made when they are asked for: of thousands of boxes those in sight are drawn.
    get bands() {
      bands ??= bandsOf(build, input, axis, top)
      return bands
    },
  }
}

function bandsOf(build: Build, { now, steps }: ModelInput, axis: Axis, top: number): Band[] {
  const own = (steps.get(build.id) ?? []).filter(step => !step.hidden || step.completeAt === null)
  const decided = decidingStep(build, own)
  return own.map((step): Band => {
    const from = axis.y(step.completeAt ?? now)
    const to = axis.y(step.startedAt)
    return {
      step,
      top: from - top,
      // Whatever a clock said. What is outside of its build is not drawn.
      height: Math.max(0, to - from),
      look: bandLook(build, step),
      deciding: step.id === decided?.id,
    }
  })
}

// A failure that only warns is drawn as what it did to its build.
function bandLook(build: Build, step: Step): Look {
  return step.results === FAILURE && build.results === WARNINGS ? 'warnings' : lookOf(step.results)
}

/** The step that made a build what it is; none for one that is good or still runs. */
export function decidingStep(build: Build, steps: readonly Step[]): Step | undefined {
  if (build.results === null || isGood(build.results)) return undefined
  return (
    steps.find(step => step.results === build.results) ??
    steps.find(step => step.results === FAILURE)
  )
}

function futureOf(
  plan: ColumnPlan,
  builds: readonly Build[],
  { queue, expected, estimate, events }: ModelInput,
  axis: FutureAxis,
  placeOf: (build: Build) => { x: number; width: number },
): Future {
  const sleeps = sleepsOf(events)
  const running = builds
    .filter(build => build.completeAt === null)
    .map(build => remainder(build, placeOf(build), estimate(build.builderId), axis, sleeps))
  const own = new Set(plan.builders.map(builder => builder.id))
  const waiting = queue.filter(entry => own.has(entry.builderId))
  const toCome = plan.builders.flatMap(({ id }) => expected.get(id) ?? [])
  return {
    running,
    expected: placeExpected(toCome, running, axis),
    waiting: waiting.reduce((sum, entry) => sum + entry.count, 0),
    reason: waiting[0]?.reason ?? '',
  }
}

// The last moment that anything shown is expected at.
function horizonOf({ now, plans, builds, events, expected, estimate }: ModelInput): number {
  let until = now
  for (const build of builds) {
    if (build.completeAt !== null) continue
    const start = awakeStart(build, now, sleepsOf(events))
    until = Math.max(until, start + (estimate(build.builderId)?.highMs ?? 0))
  }
  for (const { builders } of plans)
    for (const { id } of builders)
      for (const { startsAt, estimate } of expected.get(id) ?? [])
        if (startsAt !== null) until = Math.max(until, startsAt + (estimate?.highMs ?? 0))
  return until
}

/** Where a column was red. @param builds Newest first. */
export function redStretches(
  builds: readonly Build[],
  axis: Pick<Axis, 'y'>,
  now: number,
): readonly RedStretch[] {
  return redRuns(builds).map(run => ({
    ...run,
    top: axis.y(run.repaired?.completeAt ?? now),
    bottom: axis.y(run.first.startedAt),
  }))
}

function groupsOf(columns: readonly Column[]): Group[] {
  const groups: Group[] = []
  for (const { plan, x, width } of columns) {
    const last = groups.at(-1)
    if (last?.plan === plan.group)
      groups[groups.length - 1] = { ...last, width: last.width + width }
    else groups.push({ plan: plan.group, x, width })
  }
  return groups
}

// Newest first, each at its moment or just below the one before.
function placeChanges(changes: readonly Change[], axis: Axis): ChangeMark[] {
  let below = Number.NEGATIVE_INFINITY
  return changes.flatMap(change => {
    const exactY = axis.y(change.receivedAt)
    const y = Math.max(exactY - CHANGE_PX / 2, below)
    if (y - exactY > FARTHEST_CHANGE) return []
    below = y + CHANGE_PX
    return [{ change, exactY, y }]
  })
}
