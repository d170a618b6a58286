import type { Build, BuildDetails, Inside, Step } from '../bridge.ts'
import { type Look, lookOf } from '../ui/look.ts'
import { criticalPath } from './critical-path.ts'

/** One row of the inside of a build: something that took time. */
export interface Bar {
  readonly key: string
  readonly kind: 'queue' | 'step' | 'beside'
  readonly label: string
  readonly look: Look
  readonly from: number
  readonly to: number
  /** Shares of the axis, from 0 to 1. */
  readonly left: number
  readonly right: number
  /** It began before what is drawn, or ends after it. */
  readonly cut: boolean
  /** The end of the build waited for it. */
  readonly critical: boolean
  /** Where it usually ends, as a share of the axis. */
  readonly usual: number | null
  readonly usualMs: number | null
  readonly bytes: number | null
  readonly step?: Step
  readonly build?: Build
}

export interface InsideModel {
  readonly bars: readonly Bar[]
  /** Round moments, counted from the start of the build. */
  readonly ticks: readonly { readonly at: number; readonly ms: number }[]
  readonly queuedMs: number
  readonly betweenMs: number
  /** The step that took longest. */
  readonly longest: { readonly step: Step; readonly share: number } | null
  /** Of the builds of the same trigger: the one for which all waited. */
  readonly last: Build | null
}

type Facts = Pick<BuildDetails, 'build' | 'steps' | 'logs' | 'artifacts'>

/** Of what is outside of the build itself, so much is drawn at each end, as a share of its length. */
const MARGIN = 0.25

/** From what is known of a build to rows on one axis of time. Pure: no page, no clock. */
export function insideModel(
  facts: Facts,
  inside: Inside,
  builder: NameOf,
  now: number,
): InsideModel {
  const { build, steps } = facts
  const end = Math.max(build.startedAt + 1, build.completeAt ?? now)
  const length = end - build.startedAt
  const others = inside.beside.map(one => one.completeAt ?? now)
  const from = Math.max(inside.submittedAt, build.startedAt - length * MARGIN)
  const shown = steps.filter(step => !step.hidden || step.completeAt === null)
  const usual = new Map(inside.usual.map(one => [one.step, one.medianMs]))
  const expected = shown
    .filter(step => step.completeAt === null)
    .map(step => step.startedAt + (usual.get(step.name) ?? 0))
  const to = Math.min(Math.max(end, ...others, ...expected), end + length * MARGIN)
  const whole = Math.max(1, to - from)
  const share = (moment: number) => Math.min(1, Math.max(0, (moment - from) / whole))
  const spans = [
    { key: 'queue', from: inside.submittedAt, to: build.startedAt },
    ...shown.map(step => ({
      key: `step ${step.id}`,
      from: step.startedAt,
      to: step.completeAt ?? now,
    })),
  ].filter(span => span.to > span.from)
  const critical = criticalPath(spans)

  const bar = (part: Pick<Bar, 'key' | 'kind' | 'label' | 'look' | 'from' | 'to'>): Bar => ({
    ...part,
    left: share(part.from),
    right: share(part.to),
    cut: part.from < from || part.to > to,
    critical: critical.has(part.key),
    usual: null,
    usualMs: null,
    bytes: null,
  })
  const stepBars = shown.map((step): Bar => {
    const usualMs = usual.get(step.name) ?? null
    return {
      ...bar({
        key: `step ${step.id}`,
        kind: 'step',
        label: step.name,
        look: lookOf(step.results),
        from: step.startedAt,
        to: step.completeAt ?? now,
      }),
      usualMs,
      usual:
        usualMs === null || step.startedAt + usualMs > to ? null : share(step.startedAt + usualMs),
      bytes: bytesOf(step, facts),
      step,
    }
  })
  const bars = [
    bar({
      key: 'queue',
      kind: 'queue',
      label: 'in the queue',
      look: 'queued',
      from: inside.submittedAt,
      to: build.startedAt,
    }),
    ...stepBars,
    ...inside.beside.map(
      (one): Bar => ({
        ...bar({
          key: `build ${one.id}`,
          kind: 'beside',
          label: `${builder(one.builderId)} #${one.number}`,
          look: lookOf(one.results),
          from: one.startedAt,
          to: one.completeAt ?? now,
        }),
        build: one,
      }),
    ),
  ]
  return {
    bars,
    ticks: ticksBetween(from, to, build.startedAt).map(ms => ({
      ms,
      at: share(build.startedAt + ms),
    })),
    queuedMs: build.startedAt - inside.submittedAt,
    betweenMs: idleMs(
      spans.filter(span => span.key !== 'queue'),
      build.startedAt,
      end,
    ),
    longest: longestOf(stepBars, length),
    last: lastOf([build, ...inside.beside], now),
  }
}

type NameOf = (id: Build['builderId']) => string

// What a step wrote, and what an upload kept: which files are whose is only known of a single one.
function bytesOf(step: Step, { steps, logs, artifacts }: Facts): number | null {
  const written = logs
    .filter(log => log.stepId === step.id)
    .reduce((sum, log) => sum + log.byteCount, 0)
  const uploads = steps.filter(one => one.kind === 'upload')
  const kept =
    uploads.length === 1 && uploads[0]!.id === step.id
      ? artifacts.reduce((sum, one) => sum + one.sizeBytes, 0)
      : 0
  return written + kept || null
}

function idleMs(
  spans: readonly { readonly from: number; readonly to: number }[],
  start: number,
  end: number,
): number {
  let idle = 0
  let busyUntil = start
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    idle += Math.max(0, span.from - busyUntil)
    busyUntil = Math.max(busyUntil, span.to)
  }
  return idle + Math.max(0, end - busyUntil)
}

function longestOf(bars: readonly Bar[], length: number): InsideModel['longest'] {
  const [longest] = [...bars].sort((a, b) => b.to - b.from - (a.to - a.from))
  return longest?.step ? { step: longest.step, share: (longest.to - longest.from) / length } : null
}

function lastOf(builds: readonly Build[], now: number): Build | null {
  if (builds.length < 2) return null
  return builds.reduce((last, one) =>
    (one.completeAt ?? now) > (last.completeAt ?? now) ? one : last,
  )
}

const STEPS_MS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200,
  86_400,
].map(seconds => seconds * 1000)
const MOST_TICKS = 8

function ticksBetween(from: number, to: number, start: number): number[] {
  const step =
    STEPS_MS.find(one => (to - from) / one <= MOST_TICKS) ??
    Math.ceil((to - from) / MOST_TICKS / 86_400_000) * 86_400_000
  const ticks: number[] = []
  for (let ms = Math.ceil((from - start) / step) * step; ms <= to - start; ms += step)
    if (ms >= 0) ticks.push(ms)
  return ticks
}
