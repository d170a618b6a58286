import { useMemo } from 'react'
import type { BuilderId } from '../bridge.ts'
import { useDesk } from '../store/hooks.ts'
import { sleepsOf } from '../store/sleeps.ts'
import { buildsOf } from './builds-of.ts'
import { type Estimate, estimateOf } from './estimate.ts'
import { type Expected, forecast } from './forecast.ts'

/** Which builds are to come, and how long builds take, by what the desk knows. */
export function useForecast(now: number): {
  readonly expected: ReadonlyMap<BuilderId, readonly Expected[]>
  readonly estimate: (id: BuilderId) => Estimate | null
} {
  const builds = useDesk(desk => desk.builds)
  const builders = useDesk(desk => desk.builders)
  const slaves = useDesk(desk => desk.slaves)
  const requests = useDesk(desk => desk.requests)
  const queue = useDesk(desk => desk.queue)
  const schedule = useDesk(desk => desk.schedule)
  const events = useDesk(desk => desk.events)
  const estimate = useMemo(() => {
    const sleeps = sleepsOf(events)
    const known = new Map<BuilderId, Estimate | null>()
    return (id: BuilderId) => {
      let found = known.get(id)
      if (found === undefined) known.set(id, (found = estimateOf(buildsOf(builds, id), sleeps)))
      return found
    }
  }, [builds, events])
  const expected = useMemo(() => {
    const running = [...builds.values()].filter(build => build.completeAt === null)
    return forecast({ now, builders, slaves, running, requests, queue, schedule, estimate })
  }, [builds, builders, slaves, requests, queue, schedule, estimate, now])
  return { expected, estimate }
}
