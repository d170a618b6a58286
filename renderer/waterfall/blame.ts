import type { BuildId } from '../bridge.ts'
import type { Column, Model, RedStretch } from './model.ts'

/** The red stretch that a build is in, with its column: from the first failure to the repair, both included. */
export function redAround(
  model: Pick<Model, 'columns'>,
  id: BuildId | null,
): { readonly column: Column; readonly stretch: RedStretch } | null {
  if (id === null) return null
  for (const column of model.columns) {
    if (column.red.length === 0) continue
    const build = column.boxes.of(id)?.build
    if (!build) continue
    const stretch = column.red.find(
      ({ first, repaired }) =>
        first.number <= build.number && (repaired === null || build.number <= repaired.number),
    )
    return stretch ? { column, stretch } : null
  }
  return null
}
