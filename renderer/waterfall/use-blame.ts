import { useEffect } from 'react'
import { type Blamed, type BuildId, bridge } from '../bridge.ts'
import { createCell, useCell } from '../store/cell.ts'

const known = createCell<ReadonlyMap<BuildId, Blamed | null>>(new Map())
let wanted = new Set<BuildId>()

/** The changes that may have turned a builder red with a build; `null` while they are not known. All heads ask together. */
export function useBlame(id: BuildId | undefined): Blamed | null {
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
    const blamed = new Map(found.map(one => [one.buildId, one]))
    known.write(new Map([...known.read(), ...ids.map(id => [id, blamed.get(id) ?? null] as const)]))
  } catch {
    // The head says since when it is red all the same.
  }
}
