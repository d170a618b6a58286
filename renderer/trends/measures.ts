import type { BuilderId, TrendPoint } from '../bridge.ts'
import { bytes, fineDuration } from '../ui/format.ts'

/** One thing that is measured of builds over time. */
export interface Measure {
  readonly id: 'duration' | 'queue' | 'success' | 'log' | 'estimate'
  readonly title: string
  readonly of: string
  /** `null` where nothing says anything. */
  value(point: TrendPoint): number | null
  words(value: number): string
  /** The top of the scale: fixed, or what it reaches at least. */
  readonly top: { readonly fixed: number } | { readonly least: number }
  /** How far apart marks on the scale are when it reaches that far; round numbers when it is not given. */
  step?(top: number): number
}

export const MEASURES: readonly Measure[] = [
  {
    id: 'duration',
    title: 'Duration',
    of: 'median of good builds',
    value: point => point.medianMs,
    words: fineDuration,
    top: { least: 1000 },
    step: roundTime,
  },
  {
    id: 'queue',
    title: 'Time in the queue',
    of: 'median of all builds',
    value: point => point.medianQueuedMs,
    words: fineDuration,
    top: { least: 1000 },
    step: roundTime,
  },
  {
    id: 'success',
    title: 'Success rate',
    of: 'builds that were stopped or cut short are left out',
    value: point => (point.told > 0 ? point.good / point.told : null),
    words: share => `${Math.round(share * 100)} %`,
    top: { fixed: 1 },
    step: () => 0.25,
  },
  {
    id: 'log',
    title: 'Size of logs',
    of: 'average of a build',
    value: point => point.logBytes,
    words: bytes,
    top: { least: 1000 },
  },
  {
    id: 'estimate',
    title: 'Estimates',
    of: 'how far good builds were from the length that was expected, median',
    value: point => point.estimateOff,
    words: share => `${Math.round(share * 100)} %`,
    top: { least: 0.2 },
  },
]

/** The values of one builder, a place for each part; `null` where it built nothing. */
export function seriesOf(
  points: readonly TrendPoint[],
  builderId: BuilderId,
  parts: number,
  measure: Pick<Measure, 'value'>,
): (number | null)[] {
  const values = new Array<number | null>(parts).fill(null)
  for (const point of points)
    if (point.builderId === builderId && point.part < parts)
      values[point.part] = measure.value(point)
  return values
}

/** What a line shows, in words: `calc-tests: 1.2 s, before 0.9 s`. */
export function describeSeries(
  name: string,
  values: readonly (number | null)[],
  { words }: Pick<Measure, 'words'>,
): string {
  const known = values.filter(value => value !== null)
  if (known.length === 0) return `${name}: nothing`
  const last = words(known.at(-1)!)
  if (known.length === 1) return `${name}: ${last}`
  return `${name}: ${last} lately, between ${words(Math.min(...known))} and ${words(Math.max(...known))}`
}

const ROUND_S = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200,
]
const MOST_MARKS = 5
const DAY_MS = 86_400_000

/** A length of time that people count in, of which a few reach up to `top`. */
export function roundTime(top: number): number {
  const found = ROUND_S.map(seconds => seconds * 1000).find(ms => top / ms <= MOST_MARKS)
  return found ?? Math.ceil(top / MOST_MARKS / DAY_MS) * DAY_MS
}
