/** One measured value, as a share of what is possible. */
export interface Measure {
  readonly at: number
  readonly share: number
}

const HOUR_MS = 3_600_000
// Two measures further apart than this have a gap between them: nobody measured.
const GAP_MS = 90_000

/** How something went in the last hour: the newest at the right, gaps where nothing was heard. */
export function Area({
  values,
  now,
  width,
  height,
  label,
}: {
  values: readonly Measure[]
  now: number
  width: number
  height: number
  label: string
}) {
  const lines = areaLines(values, now, width, height)
  return (
    <svg
      className="area"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={values.length > 0 ? label : `${label}: nothing was told`}
    >
      <path className="area-base" d={`M0 ${height - 0.5}H${width}`} />
      {lines.map(line => (
        <g key={line}>
          <path className="area-fill" d={`${line}V${height}H${startOf(line)}z`} />
          <path className="area-line" d={line} />
        </g>
      ))}
    </svg>
  )
}

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

function startOf(line: string): string {
  return /^M([\d.-]+)/.exec(line)![1]!
}
