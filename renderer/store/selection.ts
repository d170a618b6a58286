import { useSyncExternalStore } from 'react'
import type { BuildId } from '../bridge.ts'

let selected: BuildId | null = null
const listeners = new Set<() => void>()

/** The build that is picked: in every view the same. */
export function useSelectedBuild(): BuildId | null {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    () => selected,
  )
}

export function selectBuild(id: BuildId | null): void {
  if (id === selected) return
  selected = id
  for (const listener of listeners) listener()
}
