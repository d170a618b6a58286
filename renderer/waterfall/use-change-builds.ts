import { useEffect, useMemo, useState } from 'react'
import { type Build, type BuildId, bridge, type ChangeId } from '../bridge.ts'
import { useDesk } from '../store/hooks.ts'
import { firstBad } from './blame.ts'

/** What is known of the builds that hold a change. */
export interface ChangeBuilds {
  readonly change: ChangeId | null
  readonly ids: ReadonlySet<BuildId>
  /** The first of them that went bad. */
  readonly broke: Build | null
}

const NONE: readonly Build[] = []
/** Passing over a change is not pointing at it. */
const REST_MS = 100

/** The builds that hold a change, as they stand now. */
export function useChangeBuilds(id: ChangeId | null): ChangeBuilds {
  const [found, setFound] = useState({ id, builds: NONE })
  const desk = useDesk(one => one.builds)
  // One more build may hold it.
  const known = id === null ? 0 : desk.size
  // biome-ignore lint/correctness/useExhaustiveDependencies: with a new build it is to look again
  useEffect(() => {
    if (id === null) return
    let wanted = true
    const timer = setTimeout(() => {
      bridge.request('change:builds', id).then(
        builds => wanted && setFound({ id, builds }),
        () => {},
      )
    }, REST_MS)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [id, known])
  return useMemo(() => {
    const builds = found.id === id ? found.builds : NONE
    return {
      change: builds === NONE ? null : id,
      ids: new Set(builds.map(build => build.id)),
      broke: firstBad(builds.map(build => desk.get(build.id) ?? build)),
    }
  }, [found, id, desk])
}
