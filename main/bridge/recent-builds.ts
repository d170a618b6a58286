import type { Master } from '../master/master.ts'
import type { Build, BuilderId } from '../master/model.ts'
import { standingOf } from '../master/standing.ts'

/** So many finished builds of each builder stand in the head of its column. */
const HEAD_BUILDS = 20

/**
 * The newest finished builds of a builder, and the older ones from which it is green or red.
 * Read once: of 200 builders they cost a snapshot 80 ms.
 */
export function createRecentBuilds({ data, mq }: Pick<Master, 'data' | 'mq'>): {
  of(builder: BuilderId): readonly Build[]
} {
  const kept = new Map<BuilderId, readonly Build[]>()
  mq.subscribe('build/changed', build => void kept.delete(build.builderId))
  return {
    of(builder) {
      let builds = kept.get(builder)
      if (!builds) kept.set(builder, (builds = withStanding(builder)))
      return builds
    },
  }

  // A window that has these reckons the same standing as whoever reads the whole history.
  function withStanding(builder: BuilderId): readonly Build[] {
    const builds = data.lastFinishedBuilds(builder, HEAD_BUILDS)
    if (builds.length < HEAD_BUILDS) return builds
    const { last, red } = standingOf(builds)
    if (last && red?.lastGood !== null) return builds
    const telling = last ?? data.lastTellingBuild(builder)
    const run = telling && data.redRunOf(telling)
    const older = [telling, run?.first, run?.lastGood].filter(build => build != null)
    return [...new Map([...builds, ...older].map(build => [build.id, build])).values()]
  }
}
