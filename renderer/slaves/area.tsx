import { areaLines, type Measure } from './area-lines.ts'

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

function startOf(line: string): string {
  return /^M([\d.-]+)/.exec(line)![1]!
}
