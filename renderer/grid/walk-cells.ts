import type { KeyboardEvent } from 'react'

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

/** Arrows in a table whose cells hold links: to the next link in that direction. */
export function walkCells(event: KeyboardEvent<HTMLTableElement>): void {
  const step = STEPS[event.key]
  if (!step || event.ctrlKey || event.metaKey || event.altKey) return
  const cell = (event.target as Element).closest<HTMLTableCellElement>('td')
  if (!cell) return
  const { rows } = event.currentTarget.tBodies[0]!
  let row = (cell.parentElement as HTMLTableRowElement).sectionRowIndex
  let column = cell.cellIndex
  event.preventDefault()
  event.stopPropagation()
  for (;;) {
    row += step[0]
    column += step[1]
    const next = rows[row]?.cells[column]
    if (!next || column === 0) return
    const link = next.querySelector('a')
    if (!link) continue
    link.focus()
    return
  }
}
