import { useEffect, useMemo, useState } from 'react'
import { type Build, type BuildId, bridge, type ChangeId } from '../bridge.ts'
import { isBad } from '../results.ts'
import { tells } from '../standing.ts'
import { useDesk } from '../store/hooks.ts'

/** What is known of the builds that hold a change. */
export interface ChangeBuilds {
  readonly change: ChangeId | null
  readonly ids: ReadonlySet<BuildId>
  /** How many of them are bad. */
  readonly bad: number
  /** The first of them that turned its builder red. */
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
  const bad = useMemo(
    () =>
      (found.id === id ? found.builds : NONE)
        .map(build => desk.get(build.id) ?? build)
        .filter(build => tells(build) && isBad(build.results)),
    [found, id, desk],
  )
  const broke = useBroke(bad)
  return useMemo(() => {
    const builds = found.id === id ? found.builds : NONE
    return {
      change: builds === NONE ? null : id,
      ids: new Set(builds.map(build => build.id)),
      bad: bad.length,
      broke,
    }
  }, [found, id, bad, broke])
}

/** The first of some bad builds that turned its builder red: only history knows what was before. */
function useBroke(bad: readonly Build[]): Build | null {
  const [turned, setTurned] = useState<ReadonlySet<BuildId>>(new Set())
  const ids = JSON.stringify(bad.map(build => build.id))
  useEffect(() => {
    const asked: BuildId[] = JSON.parse(ids)
    if (asked.length === 0) return
    let wanted = true
    bridge.request('history:blame', asked).then(
      found => wanted && setTurned(new Set(found.map(one => one.buildId))),
      () => {},
    )
    return () => {
      wanted = false
    }
  }, [ids])
  return bad
    .filter(build => turned.has(build.id))
    .reduce<Build | null>((a, b) => (a && a.startedAt <= b.startedAt ? a : b), null)
}
