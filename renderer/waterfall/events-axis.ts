import { type Axis, type AxisOptions, axisOf, LOWEST_BOX, stretchShortSpans } from './axis.ts'

/** Events of a column that are this near to each other stand in rows above each other. */
const SPAN_MS = 10_000
const LOWEST_ROW = 6
const HIGHEST_ROW = 4 * LOWEST_BOX

/**
 * The rows of the classic waterfall. Time is cut in spans of ten seconds; one that holds an event is as
 * many rows high as its busiest column has events, and one that holds none has no height. Order and
 * overlap are true, height is not duration.
 *
 * @param columns The moments at which something happened, of each column.
 */
export function eventsAxis(options: AxisOptions, columns: readonly (readonly number[])[]): Axis {
  const { now, spans, marks, zoom } = options
  const all = [...columns, marks]
  const edges = [now, ...all.flat(), ...spans.flatMap(({ from, to }) => [from, to])]
  const times = [...new Set(edges.filter(time => time <= now))].sort((a, b) => b - a)
  const rows = rowsOf(all)
  const moments = new Map<number, number>()
  for (const time of times) moments.set(spanOf(time), (moments.get(spanOf(time)) ?? 0) + 1)
  const row = Math.min(HIGHEST_ROW, Math.max(LOWEST_ROW, LOWEST_BOX * zoom))
  const pieces = times.slice(1).map((from, i) => {
    const span = spanOf(from)
    const px = (row * (rows.get(span) ?? 1)) / moments.get(span)!
    return { to: times[i]!, from, px, fold: false }
  })
  stretchShortSpans(pieces, times, spans)
  return { ...axisOf(now, pieces), labels: times.slice(1) }
}

// How many events the busiest column has in each span.
function rowsOf(columns: readonly (readonly number[])[]): Map<number, number> {
  const rows = new Map<number, number>()
  for (const moments of columns) {
    const own = new Map<number, number>()
    for (const moment of moments) own.set(spanOf(moment), (own.get(spanOf(moment)) ?? 0) + 1)
    for (const [span, count] of own) rows.set(span, Math.max(count, rows.get(span) ?? 1))
  }
  return rows
}

function spanOf(moment: number): number {
  return Math.floor(moment / SPAN_MS)
}
