const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** How far back the charts look, and in parts of which length. */
export const RANGES = [
  { value: 'day', label: '24 h', parts: 24, partMs: HOUR_MS },
  { value: 'week', label: '7 d', parts: 28, partMs: 6 * HOUR_MS },
  { value: 'month', label: '30 d', parts: 30, partMs: DAY_MS },
  { value: 'quarter', label: '90 d', parts: 45, partMs: 2 * DAY_MS },
  { value: 'year', label: '1 y', parts: 53, partMs: 7 * DAY_MS },
  { value: 'all', label: 'All', parts: 60, partMs: 0 },
] as const

export type RangeName = (typeof RANGES)[number]['value']
export const USUAL_RANGE: RangeName = 'month'

/** The range of an address; anybody may write one. */
export function rangeIn(text: string | null): RangeName {
  return RANGES.find(range => range.value === text)?.value ?? USUAL_RANGE
}

export interface Range {
  readonly from: number
  readonly to: number
  readonly parts: number
  readonly partMs: number
}

/**
 * The parts end on round moments of the person's zone, so that they stay the same from
 * one look to the next.
 *
 * @param offsetMs What the zone is ahead of UTC.
 * @param beginning When the first build began, as far as that is known.
 */
export function rangeOf(
  name: RangeName,
  now: number,
  offsetMs: number,
  beginning: number | null | undefined,
): Range {
  const { parts, partMs: fixed } = RANGES.find(range => range.value === name)!
  const partMs = fixed || wholePart(now - (beginning ?? now - 30 * DAY_MS), parts)
  const to = Math.ceil((now + offsetMs + 1) / partMs) * partMs - offsetMs
  return { from: to - parts * partMs, to, parts, partMs }
}

// So long that all fits, in whole hours, and in whole days once it is longer than one.
function wholePart(length: number, parts: number): number {
  const least = length / (parts - 1)
  const unit = least > DAY_MS ? DAY_MS : HOUR_MS
  return Math.max(1, Math.ceil(least / unit)) * unit
}
