import { useEffect, useState } from 'react'
import { type BuildId, bridge, type ChangeId } from '../bridge.ts'

const NONE: ReadonlySet<BuildId> = new Set()

/** The builds that hold a change. */
export function useChangeBuilds(id: ChangeId | null): ReadonlySet<BuildId> {
  const [found, setFound] = useState<ReadonlySet<BuildId>>(NONE)
  useEffect(() => {
    setFound(NONE)
    if (id === null) return
    let wanted = true
    bridge.request('change:builds', id).then(
      builds => wanted && setFound(new Set(builds.map(build => build.id))),
      () => {},
    )
    return () => {
      wanted = false
    }
  }, [id])
  return found
}
