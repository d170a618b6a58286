import type { LogId, Moment } from '../model.ts'
import { foldMark, isErrorLine, type LineMark, MAY_HOLD_MARK } from './line-marks.ts'
import type { LogPosition } from './lines.ts'
import { createBudget, createPattern, type ScanSource, scanLog } from './log-scan.ts'
import { withoutSequences } from './plain-text.ts'

export interface OutlineQuery {
  readonly logId: LogId
  /** Where to go on. */
  readonly from: LogPosition
}

/** What stands out of a log: stretches that can be folded, and errors. */
export interface OutlineAnswer {
  readonly marks: readonly OutlineMark[]
  /** Where to go on; `null` when the end was reached. */
  readonly next: LogPosition | null
}

export type OutlineMark = LineMark & { readonly line: number; readonly at: Moment }

const MOST_MARKS = 2000
const LONGEST_TITLE = 200
// Nobody marks in the middle of a very long line.
const LOOKED_AT = 4000

/** Looks through a log for about a tenth of a second. */
export function outlineLog(
  source: ScanSource,
  { logId, from }: OutlineQuery,
  now?: () => number,
): OutlineAnswer {
  const marks: OutlineMark[] = []
  const next = scanLog(source, logId, from, MARKS, createBudget(now), window => {
    if (marks.length >= MOST_MARKS) return 'stop'
    const { number: line, at } = window
    const fold = foldMark(withoutSequences(window.raw.slice(0, LOOKED_AT)))
    if (fold) marks.push({ ...withTitle(fold, window.text), line, at })
    else if (isErrorLine(window.text.slice(0, LOOKED_AT))) marks.push({ kind: 'error', line, at })
    return 'next-line'
  })
  return { marks, next }
}

const MARKS = createPattern(MAY_HOLD_MARK.source, { ignoreCase: true, literal: true, heads: true })

// What the line shows in the end says more than the name of the mark.
function withTitle(mark: LineMark, shown: string): LineMark {
  if (mark.kind !== 'open') return mark
  const title = foldMark(shown) ? mark.name : shown.trim() || mark.name
  return { ...mark, title: title.slice(0, LONGEST_TITLE) }
}
