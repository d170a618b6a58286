/** Height of one line, in px. */
export const LINE_PX = 18
// Browsers draw nothing beyond some 30 million px. Longer logs are scrolled by share instead.
const TALLEST_PX = 8_000_000

/** How the rows of a log are mapped onto a scroll bar. */
export interface LogScroll {
  /** Height of what scrolls, in px. */
  readonly height: number
  /** Whether one px of the scroll bar stands for more than one px of text. */
  readonly scaled: boolean
  /** The row that is the first in sight when the end is, with its fraction. */
  readonly lastTop: number
  /** The first row in sight, with its fraction, at a scroll position. */
  rowAt(scrollTop: number): number
  scrollTopOf(row: number): number
}

/** @param wrapped Rows are higher than a line then, nobody knows how much: each can be scrolled to the top. */
export function logScroll(rowCount: number, viewPx: number, wrapped = false): LogScroll {
  const beyond = wrapped ? Math.max(0, viewPx - LINE_PX) : 0
  const real = rowCount * LINE_PX + beyond
  const height = Math.min(real, TALLEST_PX)
  const scaled = real > TALLEST_PX
  const lastTop = Math.max(0, (real - viewPx) / LINE_PX)
  const room = Math.max(1, height - viewPx)
  return {
    height,
    scaled,
    lastTop,
    rowAt: scrollTop =>
      Math.min(lastTop, scaled ? (scrollTop / room) * lastTop : scrollTop / LINE_PX),
    scrollTopOf: row =>
      scaled ? (Math.min(row, lastTop) / Math.max(1, lastTop)) * room : row * LINE_PX,
  }
}
