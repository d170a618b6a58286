import { useEffect, useRef, useState } from 'react'
import { type BuildDetails, type BuildId, bridge, type LogId, type StepId } from '../bridge.ts'
import { BISECT_SCHEDULER } from '../results.ts'
import { onNewsOf } from '../store/desk.ts'
import { useDesk } from '../store/hooks.ts'

export interface Details {
  readonly details: BuildDetails | undefined
  readonly problem: string | undefined
}

/**
 * Everything about one build. What changes while it runs (its steps, and how long
 * its logs are) comes with the news; the rest is asked for again when a step ends or
 * begins another log.
 */
export function useDetails(id: BuildId | null): Details {
  const [state, setState] = useState<Details>({ details: undefined, problem: undefined })
  const build = useDesk(desk => (id === null ? undefined : desk.builds.get(id)))
  const steps = useDesk(desk => (id === null ? undefined : desk.steps.get(id)))
  const shown = useRef<BuildId | null>(null)
  // Changes with each beginning and end of a step, and of the build.
  const stage = `${build?.completeAt} ${steps?.map(step => `${step.id}:${step.completeAt}`).join()}`

  // A step's log begins with its first output, which may be long after the step.
  const latest = useRef<BuildDetails>(undefined)
  latest.current = state.details
  const [newLogs, setNewLogs] = useState(0)
  // Begun while the first answer is on its way, which may not know of them; `null` when none is.
  const early = useRef<Map<LogId, StepId>>(null)
  useEffect(
    () =>
      onNewsOf('log/changed', log => {
        const { current: known } = latest
        if (!known) return void early.current?.set(log.id, log.stepId)
        if (known.build.completeAt !== null) return
        // Of a step that began since it is not known yet whose it is.
        const newest = known.steps.at(-1)?.id ?? 0
        if (log.stepId <= newest && !known.steps.some(step => step.id === log.stepId)) return
        if (!known.logs.some(one => one.id === log.id)) setNewLogs(count => count + 1)
      }),
    [],
  )

  // How a bisect stands changes with each of its builds, and those are others.
  const [bisected, setBisected] = useState(0)
  useEffect(
    () =>
      onNewsOf('request/changed', ({ scheduler, builderId }) => {
        const { current: known } = latest
        if (scheduler === BISECT_SCHEDULER && known?.build.builderId === builderId)
          setBisected(count => count + 1)
      }),
    [],
  )
  // It may end without one, when what was built before tells.
  useEffect(
    () => onNewsOf('event/new', ({ kind }) => kind === 'bisect-ended' && setBisected(n => n + 1)),
    [],
  )

  // biome-ignore lint/correctness/useExhaustiveDependencies: `stage` says when to ask again.
  useEffect(() => {
    if (id === null) {
      early.current = null
      return
    }
    if (shown.current !== id) {
      setState({ details: undefined, problem: undefined })
      early.current = new Map()
    }
    shown.current = id
    let wanted = true
    bridge.request('build:details', id).then(
      details => {
        if (!wanted) return
        if (early.current && lacksAny(details, early.current)) setNewLogs(count => count + 1)
        early.current = null
        setState({ details, problem: undefined })
      },
      (error: Error) => {
        if (!wanted) return
        early.current = null
        setState(before => ({ ...before, problem: error.message }))
      },
    )
    return () => {
      wanted = false
    }
  }, [id, stage, newLogs, bisected])

  const { details, problem } = state
  if (!details || details.build.id !== id) return { details: undefined, problem }
  return {
    details: { ...details, build: build ?? details.build, steps: steps ?? details.steps },
    problem,
  }
}

function lacksAny({ steps, logs }: BuildDetails, begun: ReadonlyMap<LogId, StepId>): boolean {
  const own = new Set(steps.map(step => step.id))
  const known = new Set(logs.map(log => log.id))
  return [...begun].some(([log, step]) => own.has(step) && !known.has(log))
}
