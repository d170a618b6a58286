import type { Stream } from '../model.ts'
import { type Cells, createCells, createPen } from './pen.ts'
import { MOST_ROWS, MOVES_ROWS } from './redraws.ts'
import { type Look, PLAIN } from './sgr.ts'

/** Lines that have no row of their own, both ends included. */
export type RowlessLines = readonly [from: number, to: number]

/** A row as a terminal shows it in the end, under the line that began it. */
export interface ScreenRow {
  readonly line: number
  readonly text: string
}

export interface WrittenLine {
  readonly number: number
  readonly stream: Stream
  readonly text: string
  /** Its beginning was left out, since it is long. */
  readonly headless: boolean
}

/** Lines were left out: it is not known in which row the next one begins. */
export const GAP = 'gap'

export interface ScreenSetting {
  /** In order. */
  readonly rowless: readonly RowlessLines[]
  /** How many rows there are above the first line, which are not drawn. */
  readonly above: number
  /** With which the first line begins. */
  readonly look: Look
}

/**
 * Draws lines as a terminal would, from a line that has a row of its own.
 *
 * After a gap, and in a line without its head, it is taken for granted that a program goes up from
 * the last row: those that redraw for long do so again and again. What can't be placed is not drawn.
 *
 * @returns Rows that are other than their line alone would be.
 */
export function drawScreen(
  lines: Iterable<WrittenLine | typeof GAP>,
  { rowless, above, look }: ScreenSetting,
): ScreenRow[] {
  const rows: { readonly line: number; readonly cells: Cells | undefined; altered: boolean }[] = []
  // In rows; below 0 it is above all that is drawn.
  let at = 0
  let known = true
  // The row of the line that is drawn, where it has one.
  let own: number | undefined
  const pen = createPen({
    cells() {
      const row = rows[at]
      if (row && at !== own) row.altered = true
      return row?.cells
    },
    moveRows(by) {
      const top = Math.max(rows.length - 1 - MOST_ROWS, -above)
      const to = Math.max(top, Math.min(rows.length - 1, at + by))
      if (at === own && to !== at) rows[at]!.altered = true
      at = to
    },
    wipeBelow() {
      for (const row of rows.slice(Math.max(0, at + 1))) {
        row.cells?.wipe(2, 0)
        row.altered = true
      }
    },
  })
  pen.begin(look)
  for (const line of lines) {
    if (line === GAP) known = false
    else draw(line)
  }
  return rows.flatMap(({ line, cells, altered }) =>
    altered && cells ? [{ line, text: cells.text() }] : [],
  )

  function draw({ number, stream, text, headless }: WrittenLine) {
    if (!isRowless(number, rowless)) {
      // What the master wrote is nobody's to write over.
      rows.push({
        line: number,
        cells: stream === 'header' ? undefined : createCells(),
        altered: false,
      })
      at = rows.length - 1
      own = at
      known = true
    } else own = undefined
    if (stream === 'header') return pen.begin(PLAIN)
    let written = text
    if (headless || !known) {
      const up = MOVES_ROWS.exec(text)
      if (!up) return
      written = text.slice(up.index)
      if (!known) at = rows.length - 1
      known = true
    }
    pen.write(written)
    pen.begin()
    at = Math.min(rows.length - 1, at + 1)
  }
}

/** The last lines of a stretch that have a row of their own, in order. */
export function lastWithRows(
  from: number,
  to: number,
  rowless: readonly RowlessLines[],
  most: number,
): number[] {
  const found: number[] = []
  let next = rowless.length - 1
  for (let line = to; line >= from && found.length < most; line--) {
    while (next >= 0 && rowless[next]![0] > line) next--
    const within = rowless[next]
    if (within && line <= within[1]) line = within[0]
    else found.push(line)
  }
  return found.reverse()
}

function isRowless(line: number, rowless: readonly RowlessLines[]): boolean {
  let low = 0
  let high = rowless.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (rowless[middle]![1] < line) low = middle + 1
    else high = middle
  }
  return low < rowless.length && rowless[low]![0] <= line
}
