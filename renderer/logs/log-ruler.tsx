import { memo } from 'react'
import type { LogRows } from './log-rows.ts'
import type { Found } from './use-search.ts'

const PARTS = 400

/** Where in the whole log errors and matches are, beside the scroll bar. */
export const LogRuler = memo(function LogRuler({
  rows,
  errors,
  matches,
}: {
  rows: LogRows
  errors: readonly number[]
  matches: readonly Found[]
}) {
  if (errors.length === 0 && matches.length === 0) return null
  const found = matches.map(one => one.line)
  return (
    <svg className="log-ruler" viewBox={`0 0 10 ${PARTS}`} preserveAspectRatio="none" aria-hidden>
      <path className="match" d={marksOf(found, rows, 3, 7)} />
      <path className="error" d={marksOf(errors, rows, 0, 10)} />
    </svg>
  )
})

function marksOf(lines: readonly number[], rows: LogRows, from: number, to: number): string {
  const parts = new Set(
    lines.map(line => Math.floor((rows.rowOf(line) / Math.max(1, rows.count)) * PARTS)),
  )
  return [...parts].map(part => `M${from} ${part + 0.5}H${to}`).join('')
}
