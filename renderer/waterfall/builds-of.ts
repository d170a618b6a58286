import type { Build, BuilderId, BuildId } from '../bridge.ts'

const NONE: readonly Build[] = []
const sorted = new WeakMap<ReadonlyMap<BuildId, Build>, ReadonlyMap<BuilderId, readonly Build[]>>()

/** What the desk knows of one builder's builds, newest first. All heads share one sorting. */
export function buildsOf(builds: ReadonlyMap<BuildId, Build>, id: BuilderId): readonly Build[] {
  let all = sorted.get(builds)
  if (!all) {
    const newestFirst = [...builds.values()].sort((a, b) => b.number - a.number)
    all = Map.groupBy(newestFirst, build => build.builderId)
    sorted.set(builds, all)
  }
  return all.get(id) ?? NONE
}
