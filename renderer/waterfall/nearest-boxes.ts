import type { Place } from './board-place.ts'
import type { Box, Column } from './model.ts'

/** So many plain boxes, and rows for them, are in the page, however large the window is. */
export const MOST_BOXES = 75

/**
 * Which boxes are in the page, by column: all that are in sight or, where those are too many, the ones
 * around a place, with the others that something is drawn over. Columns without any have no entry.
 */
export function nearestBoxes(
  columns: readonly Column[],
  from: number,
  to: number,
  place: Place,
  isNeeded: (box: Box) => boolean,
): ReadonlyMap<Column, readonly Box[]> {
  const shown = new Map<Column, readonly Box[]>()
  const awayX = ({ x, width }: Column) => Math.abs(x + width / 2 - place.x)
  const awayY = ({ top, height }: Box) => Math.abs(top + height / 2 - place.y)
  let room = MOST_BOXES
  for (const column of columns.toSorted((a, b) => awayX(a) - awayX(b))) {
    const seen = column.boxes.within(from, to)
    if (seen.length === 0) continue
    const plain = seen.filter(box => !isNeeded(box))
    // Its row is an element as well.
    room = Math.max(0, room - 1)
    const left = new Set(
      plain.length <= room ? plain : plain.toSorted((a, b) => awayY(a) - awayY(b)).slice(0, room),
    )
    room -= left.size
    const own = seen.filter(box => left.has(box) || isNeeded(box))
    if (own.length > 0) shown.set(column, own)
  }
  return shown
}

/** The box at a place of the board, and its column. */
export function boxAt(
  columns: readonly Column[],
  { x, y }: Place,
): { readonly column: Column; readonly box: Box } | undefined {
  const column = columns.find(one => x >= one.x && x < one.x + one.width)
  const box = column?.boxes
    .within(y, y + 1)
    .find(box => x >= column.x + box.x && x < column.x + box.x + box.width)
  return column && box && { column, box }
}
