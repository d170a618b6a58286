import { createCell, useCell } from '../store/cell.ts'
import { tell } from '../store/messages.ts'
import { go, routes } from '../store/route.ts'

// Not in the address: a link that somebody sends must not have a repository looked at.
const dropped = createCell<Dropped>({ paths: [], turn: 0 })

/** Folders that were dropped on the window, to be looked at; none when there are none to show. */
export interface Dropped {
  readonly paths: readonly string[]
  /** Goes up, so that the same folder can be dropped again. */
  readonly turn: number
}

export function useDropped(): Dropped {
  return useCell(dropped)
}

/** Shows what these folders propose. */
export function lookAtDropped(paths: readonly (string | null)[]): void {
  const known = [...new Set(paths.filter(path => path !== null))]
  if (known.length === 0)
    tell(
      'A browser does not tell where a dropped folder is. Type its path, or use the desktop app.',
      'problem',
    )
  dropped.write({ paths: known, turn: dropped.read().turn + 1 })
  go(routes.add)
}

export function forgetDropped(): void {
  const { paths, turn } = dropped.read()
  if (paths.length > 0) dropped.write({ paths: [], turn })
}
