import { useEffect, useMemo, useState } from 'react'
import { bridge } from '../bridge.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { useHistory } from '../store/use-history.ts'
import { type Need, needsOf, TOLD_EVENTS } from './needs.ts'

/** What needs a person; `undefined` until that is known. */
export function useNeeds(): readonly Need[] | undefined {
  const { answer: red, problem } = useHistory('history:red', [])
  const builders = useDesk(desk => desk.builders)
  const slaves = useDesk(desk => desk.slaves)
  const projects = useDesk(desk => desk.projects)
  const queue = useDesk(desk => desk.queue)
  const told = useHistory('history:lastEvents', [TOLD_EVENTS]).answer
  const live = useDesk(desk => desk.events)
  const events = useMemo(() => [...live, ...(told ?? [])].sort((a, b) => b.id - a.id), [live, told])
  const config = useDesk(desk => desk.config)
  const now = useNow(10_000)
  const freeBytes = useFreeBytes()
  return useMemo(
    () =>
      red === undefined && problem === undefined
        ? undefined
        : needsOf({
            now,
            builders,
            slaves,
            projects,
            queue,
            events,
            config,
            freeBytes,
            red: red ?? [],
          }),
    [red, problem, builders, slaves, projects, queue, events, config, now, freeBytes],
  )
}

/** The disk fills without any news: it is looked at each minute. */
function useFreeBytes(): number | null {
  const minute = useNow(60_000)
  const [free, setFree] = useState<number | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again each minute.
  useEffect(() => {
    bridge.request('desk:freeBytes').then(setFree, () => {})
  }, [minute])
  return free
}
