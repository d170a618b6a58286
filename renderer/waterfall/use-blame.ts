import { useEffect } from 'react'
import { type BuildId, bridge } from '../bridge.ts'
import { createCell, useCell } from '../store/cell.ts'

const known = createCell<ReadonlyMap<BuildId, number>>(new Map())
let wanted = new Set<BuildId>()

/** How many changes a build brought; `null` while it is not known. All heads ask together. */
export function useBlame(id: BuildId | undefined): number | null {
  useEffect(() => {
    if (id === undefined || known.read().has(id)) return
    wanted.add(id)
    if (wanted.size === 1) queueMicrotask(ask)
  }, [id])
  return useCell(known, all => (id === undefined ? null : (all.get(id) ?? null)))
}

async function ask() {
  const ids = [...wanted]
  wanted = new Set()
  try {
    const found = await bridge.request('history:blame', ids)
    const counts = new Map(found.map(({ buildId, changes }) => [buildId, changes]))
    known.write(new Map([...known.read(), ...ids.map(id => [id, counts.get(id) ?? 0] as const)]))
  } catch {
    // The head says since when it is red all the same.
  }
}
