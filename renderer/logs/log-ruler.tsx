const PARTS = 400

/** Where in the whole log errors and matches are, beside the scroll bar. */
export function LogRuler({
  rowCount,
  errors,
  matches,
}: {
  rowCount: number
  /** In rows. */
  errors: readonly number[]
  matches: readonly number[]
}) {
  if (errors.length === 0 && matches.length === 0) return null
  return (
    <svg className="log-ruler" viewBox={`0 0 10 ${PARTS}`} preserveAspectRatio="none" aria-hidden>
      <path className="match" d={marksOf(matches, rowCount, 3, 7)} />
      <path className="error" d={marksOf(errors, rowCount, 0, 10)} />
    </svg>
  )
}

function marksOf(rows: readonly number[], rowCount: number, from: number, to: number): string {
  const parts = new Set(rows.map(row => Math.floor((row / Math.max(1, rowCount)) * PARTS)))
  return [...parts].map(part => `M${from} ${part + 0.5}H${to}`).join('')
}
