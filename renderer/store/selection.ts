import type { BuildId } from '../bridge.ts'
import { createCell, useCell } from './cell.ts'

const selected = createCell<BuildId | null>(null)

/** The build that is picked: in every view the same. */
export function useSelectedBuild(): BuildId | null {
  return useCell(selected)
}

export function selectBuild(id: BuildId | null): void {
  if (id !== selected.read()) selected.write(id)
}
