import { useMemo } from 'react'
import type { Build, BuilderId } from '../bridge.ts'
import { buildsOf, runningIn } from '../store/builds-of.ts'
import { useDesk } from '../store/hooks.ts'
import { sleepsOf } from '../store/sleeps.ts'
import { type Estimate, estimateOf, leftMs } from './estimate.ts'
import { type Expected, forecast } from './forecast.ts'

export type Estimates = (id: BuilderId) => Estimate | null

/** How long builds of each builder take, by what the desk knows. */
export function useEstimates(): Estimates {
  const builds = useDesk(desk => desk.builds)
  const events = useDesk(desk => desk.events)
  return useMemo(() => {
    const sleeps = sleepsOf(events)
    const known = new Map<BuilderId, Estimate | null>()
    return (id: BuilderId) => {
      let found = known.get(id)
      if (found === undefined) known.set(id, (found = estimateOf(buildsOf(builds, id), sleeps)))
      return found
    }
  }, [builds, events])
}

/** How much longer a build takes, by what is usual; `null` when it is over, and when nobody can say. */
export function useLeftMs(build: Build, now: number): number | null {
  const usual = useEstimates()(build.builderId)
  const sleeps = useDesk(desk => sleepsOf(desk.events))
  return build.completeAt === null && usual ? leftMs(build, usual, now, sleeps) : null
}

/** Which builds are to come, and how long builds take, by what the desk knows. */
export function useForecast(now: number): {
  readonly expected: ReadonlyMap<BuilderId, readonly Expected[]>
  readonly estimate: Estimates
} {
  const builds = useDesk(desk => desk.builds)
  const builders = useDesk(desk => desk.builders)
  const slaves = useDesk(desk => desk.slaves)
  const requests = useDesk(desk => desk.requests)
  const queue = useDesk(desk => desk.queue)
  const schedule = useDesk(desk => desk.schedule)
  const sleeps = useDesk(desk => sleepsOf(desk.events))
  const estimate = useEstimates()
  const expected = useMemo(() => {
    const running = runningIn(builds)
    return forecast({
      now,
      builders,
      slaves,
      running,
      requests,
      queue,
      schedule,
      estimate,
      sleeps,
    })
  }, [builds, builders, slaves, requests, queue, schedule, estimate, sleeps, now])
  return { expected, estimate }
}
