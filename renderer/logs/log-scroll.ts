/** Height of one line, in px. */
export const LINE_PX = 18
// Browsers draw nothing beyond some 30 million px. Longer logs are scrolled by share instead.
const TALLEST_PX = 8_000_000

/** How a log of `lineCount` lines is mapped onto a scroll bar. */
export interface LogScroll {
  /** Height of what scrolls, in px. */
  readonly height: number
  /** Whether one px of the scroll bar stands for more than one px of text. */
  readonly scaled: boolean
  /** The first line in sight, with its fraction, at a scroll position. */
  lineAt(scrollTop: number): number
  scrollTopOf(line: number): number
}

export function logScroll(lineCount: number, viewPx: number): LogScroll {
  const real = lineCount * LINE_PX
  const height = Math.min(real, TALLEST_PX)
  const scaled = real > TALLEST_PX
  const lastTop = Math.max(0, lineCount - viewPx / LINE_PX)
  const room = Math.max(1, height - viewPx)
  return {
    height,
    scaled,
    lineAt: scrollTop => (scaled ? (scrollTop / room) * lastTop : scrollTop / LINE_PX),
    scrollTopOf: line =>
      scaled ? (Math.min(line, lastTop) / Math.max(1, lastTop)) * room : line * LINE_PX,
  }
}
