import type { BuildId } from '../model.ts'
import { hasPassed, isBad } from '../results.ts'
import { tells } from '../standing.ts'
import { findBuild } from './builds.ts'
import type { Database } from './database.ts'
import { lastTellingBuild, suspectsOf } from './standing.ts'

/** Who may have turned a builder red with a build. */
export interface Blamed {
  readonly buildId: BuildId
  /** How many changes may have done it; 0 where it was built again without a new one. */
  readonly changes: number
  /** What the only one of them says; `null` when there are others. */
  readonly subject: string | null
  /** Who wrote them; `null` when several did. */
  readonly who: string | null
}

/** Of some builds, those that turned their builders red, with the suspects. Other builds are not in it. */
export function blame(db: Database, ids: readonly BuildId[]): Blamed[] {
  return ids.flatMap(buildId => {
    const build = findBuild(db, buildId)
    if (!build || !tells(build) || !isBad(build.results)) return []
    // Only the build before is looked at: a builder may have been red for ten thousand builds.
    const before = lastTellingBuild(db, build.builderId, build.number)
    if (!before || !hasPassed(before.results)) return []
    const suspects = suspectsOf(db, { first: build, lastGood: before })
    const [one] = suspects
    if (!one) return { buildId, changes: 0, subject: null, who: null }
    return {
      buildId,
      changes: suspects.length,
      subject: suspects.length === 1 ? one.subject : null,
      who: suspects.every(({ who }) => who === one.who) ? one.who : null,
    }
  })
}
