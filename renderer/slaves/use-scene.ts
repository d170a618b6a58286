import { useMemo } from 'react'
import type { Build, Builder, BuilderId, Slave } from '../bridge.ts'
import { useDesk } from '../store/hooks.ts'
import { buildName } from './build-name.ts'
import type { SlaveScene } from './slave-words.ts'

/** What the slaves build, built last and could build, by the name of the slave. */
export function useScenes(): (slave: Slave, now: number) => SlaveScene {
  const builds = useDesk(desk => desk.builds)
  const builders = useDesk(desk => desk.builders)
  const queue = useDesk(desk => desk.queue)
  const byId = useMemo(() => new Map(builders.map(one => [one.id, one] as const)), [builders])
  const last = useMemo(() => lastBuilds(builds.values()), [builds])
  return (slave, now) => {
    const finished = last.get(slave.name)
    return {
      now,
      building: slave.building.flatMap(id => {
        const build = builds.get(id)
        return build ? [buildName(byId.get(build.builderId), build)] : []
      }),
      last: finished
        ? { name: buildName(byId.get(finished.builderId), finished), at: finished.completeAt! }
        : null,
      waiting: waitingFor(slave, queue, byId),
    }
  }
}

function lastBuilds(builds: Iterable<Build>): Map<string, Build> {
  const last = new Map<string, Build>()
  for (const build of builds) {
    if (build.completeAt === null) continue
    const before = last.get(build.slave)
    if (!before || before.completeAt! < build.completeAt) last.set(build.slave, build)
  }
  return last
}

function waitingFor(
  slave: Slave,
  queue: readonly { readonly builderId: BuilderId; readonly count: number }[],
  builders: ReadonlyMap<BuilderId, Builder>,
): number {
  return queue
    .filter(({ builderId }) => builders.get(builderId)?.slaves.includes(slave.name))
    .reduce((sum, { count }) => sum + count, 0)
}
