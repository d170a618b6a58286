import { useEffect, useMemo, useState } from 'react'
import { bridge, type Slave } from '../bridge.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { useHistory } from '../store/use-history.ts'
import { type Disk, type Need, needsOf, TOLD_EVENTS } from './needs.ts'

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
  const disks = useDisks(slaves)
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
            disks,
            red: red ?? [],
          }),
    [red, problem, builders, slaves, projects, queue, events, config, now, disks],
  )
}

const NONE: readonly Disk[] = []

/** Disks fill without any news: they are looked at each minute. */
function useDisks(slaves: readonly Slave[]): readonly Disk[] {
  const minute = useNow(60_000)
  const [disks, setDisks] = useState(NONE)
  // Those of this machine build on the master's own disk.
  const far = slaves
    .filter(slave => slave.active && slave.state === 'online' && slave.kind !== 'local')
    .map(slave => slave.name)
  const names = JSON.stringify(far)
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again each minute, and when other slaves are there.
  useEffect(() => {
    let wanted = true
    void Promise.all([
      freeOf(null, bridge.request('desk:freeBytes')),
      ...far.map(name =>
        freeOf(
          name,
          bridge.request('slave:vitals', name).then(all => all.at(-1)?.diskFreeBytes ?? null),
        ),
      ),
    ]).then(found => wanted && setDisks(found.flat()))
    return () => {
      wanted = false
    }
  }, [minute, names])
  return disks
}

async function freeOf(slave: string | null, asked: Promise<number | null>): Promise<Disk[]> {
  const freeBytes = await asked.catch(() => null)
  return freeBytes === null ? [] : [{ slave, freeBytes }]
}
