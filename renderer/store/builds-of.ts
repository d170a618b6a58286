import type { Build, BuilderId, BuildId } from '../bridge.ts'
import { type Standing, standingOf } from '../standing.ts'

type Builds = ReadonlyMap<BuildId, Build>

const NONE: readonly Build[] = []
const NEVER_BUILT: Standing = { last: null, red: null }

const byBuilder = shared(builds =>
  Map.groupBy(
    [...builds.values()].sort((a, b) => b.number - a.number),
    build => build.builderId,
  ),
)
const bySlave = shared(builds =>
  Map.groupBy(
    [...builds.values()].sort((a, b) => b.startedAt - a.startedAt),
    build => build.slave,
  ),
)

const standings = shared(
  builds => new Map([...byBuilder(builds)].map(([id, own]) => [id, standingOf(own)])),
)

/** What the desk knows of one builder's builds, newest first. */
export function buildsOf(builds: Builds, id: BuilderId): readonly Build[] {
  return byBuilder(builds).get(id) ?? NONE
}

/** How a builder stands. The desk has what that takes of every active builder, however long ago it was. */
export function standingIn(builds: Builds, id: BuilderId): Standing {
  return standings(builds).get(id) ?? NEVER_BUILT
}

/** What the desk knows of the builds that one slave made, newest first. */
export function buildsOfSlave(builds: Builds, slave: string): readonly Build[] {
  return bySlave(builds).get(slave) ?? NONE
}

/** The builds that run. */
export const runningIn: (builds: Builds) => readonly Build[] = shared(builds =>
  [...builds.values()].filter(build => build.completeAt === null),
)

// Each column's head asks for the same, at each of the news: it is made once for all of them.
function shared<T>(make: (builds: Builds) => T): (builds: Builds) => T {
  const made = new WeakMap<Builds, T>()
  return builds => {
    let known = made.get(builds)
    if (known === undefined) made.set(builds, (known = make(builds)))
    return known
  }
}
