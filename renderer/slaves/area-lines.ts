/** One measured value, as a share of what is possible. */
export interface Measure {
  readonly at: number
  readonly share: number
}

const HOUR_MS = 3_600_000
// Two measures further apart than this have a gap between them: nobody measured.
const GAP_MS = 90_000

/** The lines between gaps, as paths. */
export function areaLines(
  values: readonly Measure[],
  now: number,
  width: number,
  height: number,
): string[] {
  const lines: string[][] = []
  let before: Measure | undefined
  for (const one of values) {
    if (one.at < now - HOUR_MS) continue
    const x = width - ((now - one.at) / HOUR_MS) * width
    const y = height - 1 - Math.min(1, Math.max(0, one.share)) * (height - 3)
    const point = `${x.toFixed(1)} ${y.toFixed(1)}`
    if (before && one.at - before.at <= GAP_MS) lines.at(-1)!.push(`L${point}`)
    else lines.push([`M${point}`])
    before = one
  }
  // A point alone is drawn as a short line.
  return lines.map(line => (line.length > 1 ? line.join('') : `${line[0]}h1`))
}
