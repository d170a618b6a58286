import type { LogId, Moment } from '../model.ts'
import { foldMark, isErrorLine, type LineMark, MAY_HOLD_MARK } from './line-marks.ts'
import type { LogPosition } from './lines.ts'
import {
  type AfterMatch,
  createBudget,
  createPattern,
  type LineWindow,
  type ScanSource,
  scanLog,
} from './log-scan.ts'
import { withoutSequences } from './plain-text.ts'
import { createRedraws, MOVES_ROWS, type Redraw } from './redraws.ts'

export interface OutlineQuery {
  readonly logId: LogId
  /** Where to go on. */
  readonly from: LogPosition
  /** The newest redraw before that, as the answer before said. */
  readonly redraw?: Redraw | null
}

/** What stands out of a log: stretches that can be folded, errors, and rows that were written over. */
export interface OutlineAnswer {
  readonly marks: readonly OutlineMark[]
  /** In order. The first may be the one that was asked with, as it is now; the last may go on. */
  readonly redraws: readonly Redraw[]
  /** Where to go on; `null` when the end was reached. */
  readonly next: LogPosition | null
  /** Where to begin when the log has grown, or goes on: its last line may be longer then. */
  readonly again: { readonly line: number; readonly redraw: Redraw | null }
}

export type OutlineMark = LineMark & { readonly line: number; readonly at: Moment }

const MOST_MARKS = 2000
const LONGEST_TITLE = 200
// Nobody marks in the middle of a very long line.
const LOOKED_AT = 4000

/** Looks through a log for about a tenth of a second. */
export function outlineLog(
  source: ScanSource,
  { logId, from, redraw = null }: OutlineQuery,
  now?: () => number,
): OutlineAnswer {
  const marks: OutlineMark[] = []
  const over: Redraw[] = []
  const redraws = createRedraws(redraw)
  let last = from.line
  const watched: ScanSource = {
    chunkFrom(...place) {
      const found = source.chunkFrom(...place)
      if (found) last = Math.max(last, found.chunk.firstLine + found.lineCount - 1)
      return found
    },
  }
  const written = {
    expression: MOVES_ROWS,
    tell({ number, stream, raw }: LineWindow) {
      const ended = redraws.visit(number, stream, raw)
      if (ended) over.push(ended)
    },
  }
  const onMark = (window: LineWindow): AfterMatch => {
    if (marks.length >= MOST_MARKS) return 'stop'
    const { number: line, at } = window
    const fold = foldMark(withoutSequences(window.raw.slice(0, LOOKED_AT)))
    if (fold) marks.push({ ...withTitle(fold, window.text), line, at })
    else if (isErrorLine(window.text.slice(0, LOOKED_AT))) marks.push({ kind: 'error', line, at })
    return 'next-line'
  }
  const next = scanLog(watched, logId, from, MARKS, createBudget(now), onMark, written)
  const line = next?.line ?? last
  return {
    marks,
    redraws: redraws.newest ? [...over, redraws.newest] : over,
    next,
    again: { line, redraw: redraws.before(line) },
  }
}

const MARKS = createPattern(MAY_HOLD_MARK.source, { ignoreCase: true, literal: true, heads: true })

// What the line shows in the end says more than the name of the mark.
function withTitle(mark: LineMark, shown: string): LineMark {
  if (mark.kind !== 'open') return mark
  const title = foldMark(shown) ? mark.name : shown.trim() || mark.name
  return { ...mark, title: title.slice(0, LONGEST_TITLE) }
}
