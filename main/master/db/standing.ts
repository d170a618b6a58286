import type { Build, BuilderId, Change } from '../model.ts'
import { BAD_RESULTS, BISECT_SCHEDULER, PASSED_RESULTS, TELLING_RESULTS } from '../results.ts'
import { type RedRun, tells } from '../standing.ts'
import { selectBuilds } from './builds.ts'
import { changesOfBuilds } from './changes.ts'
import type { Database } from './database.ts'

const OF_NOW = `s.scheduler <> '${BISECT_SCHEDULER}'`
// What `tells` of `standing.ts` says, in SQL: of a build `b` with its buildset `s`.
const TELLING = `b.results IN (${TELLING_RESULTS.join()}) AND ${OF_NOW}`
const PASSED = `b.results IN (${PASSED_RESULTS.join()}) AND ${OF_NOW}`
const BAD = `b.results IN (${BAD_RESULTS.join()}) AND ${OF_NOW}`

/** The newest build that shows how its builder stands, or stood before a number. */
export function lastTellingBuild(
  db: Database,
  builder: BuilderId,
  before = Number.MAX_SAFE_INTEGER,
): Build | undefined {
  const where = `WHERE b.builder_id = ? AND b.number < ? AND ${TELLING} ORDER BY b.number DESC LIMIT 1`
  return selectBuilds(db, where, builder, before)[0]
}

/** The newest build of a builder before a number that passed, and was not of an old revision for a bisect. */
export function lastGoodBuild(db: Database, builder: BuilderId, before: number): Build | undefined {
  const where = `WHERE b.builder_id = ? AND b.number < ? AND ${PASSED} ORDER BY b.number DESC LIMIT 1`
  return selectBuilds(db, where, builder, before)[0]
}

/** The bad builds in a row that end with this one; `null` when the build is not bad. */
export function redRunOf(db: Database, build: Build): RedRun | null {
  const { builderId, number, results } = build
  if (!tells(build) || !BAD_RESULTS.includes(results!)) return null
  const lastGood = lastGoodBuild(db, builderId, number) ?? null
  const from = lastGood?.number ?? 0
  const [first] = selectBuilds(
    db,
    `WHERE b.builder_id = ? AND b.number > ? AND ${BAD} ORDER BY b.number LIMIT 1`,
    builderId,
    from,
  )
  const { n } = db.get<{ n: number }>(
    `SELECT count(*) AS n FROM builds b JOIN build_requests r ON r.id = b.request_id
     JOIN buildsets s ON s.id = r.buildset_id
     WHERE b.builder_id = ? AND b.number > ? AND b.number <= ? AND ${BAD}`,
    builderId,
    from,
    number,
  )!
  return { first: first!, count: n, lastGood, repaired: null }
}

/**
 * The changes that may have turned a builder red, oldest first: all that came after the last good build. Those of
 * builds that were stopped or skipped in between are among them. Nobody is suspected where nothing was good before.
 */
export function suspectsOf(
  db: Database,
  { first, lastGood }: Pick<RedRun, 'first' | 'lastGood'>,
): Change[] {
  if (!lastGood) return []
  const ids = selectBuilds(
    db,
    `WHERE b.builder_id = ? AND b.number > ? AND b.number <= ? AND ${OF_NOW}`,
    first.builderId,
    lastGood.number,
    first.number,
  ).map(build => build.id)
  return changesOfBuilds(db, ids)
}
