import type { OutlineMark } from '../bridge.ts'

/** A stretch of lines that can be folded under its first one. */
export interface Fold {
  readonly open: number
  /** Its last line. */
  readonly close: number
  readonly title: string
  readonly openedAt: number
  /** `null` when it was cut off by the end of the log. */
  readonly closedAt: number | null
  /** Whether the log wants it folded. */
  readonly closed: boolean
  readonly errors: number
}

/** Whether nobody misses anything who does not open it: what was cut off may be what went wrong. */
export function isQuiet(fold: Fold): boolean {
  return fold.errors === 0 && fold.closedAt !== null
}

/**
 * Pairs marks. Those without a name end the innermost stretch; an end that fits
 * nothing is passed over; what is never ended goes on to the end of a complete log.
 */
export function foldsOf(
  marks: readonly OutlineMark[],
  lineCount: number,
  complete: boolean,
): readonly Fold[] {
  const folds: Fold[] = []
  const open: { mark: Extract<OutlineMark, { kind: 'open' }>; errors: number }[] = []
  for (const mark of marks) {
    if (mark.kind === 'error') for (const one of open) one.errors++
    else if (mark.kind === 'open') open.push({ mark, errors: 0 })
    else {
      const { name } = mark
      const at = name === null ? open.length - 1 : open.findLastIndex(one => one.mark.name === name)
      if (at < 0) continue
      for (const one of open.splice(at)) add(one, mark.line, mark.at)
    }
  }
  if (complete) for (const one of open) add(one, lineCount - 1, null)
  return folds.sort((a, b) => a.open - b.open || b.close - a.close)

  function add({ mark, errors }: (typeof open)[number], close: number, closedAt: number | null) {
    if (close <= mark.line) return
    const { line, title, at, closed } = mark
    folds.push({ open: line, close, title, openedAt: at, closedAt, closed, errors })
  }
}
