import type { Build, BuilderId, Change } from '../model.ts'
import { BAD_RESULTS, BISECT_SCHEDULER, isGood } from '../results.ts'
import { lastGoodBuild, lastTellingBuild, selectBuilds } from './builds.ts'
import { changesOfRequest } from './changes.ts'
import type { Database } from './database.ts'

/** A builder that is red: since when, and what may have broken it. */
export interface RedBuilder {
  readonly builderId: BuilderId
  /** The first bad build after the last good one. */
  readonly first: Build
  readonly last: Build
  /** Bad builds in a row. */
  readonly count: number
  /** `null` when it never was good. */
  readonly lastGood: Build | null
  /** What the first bad build holds, newest first. */
  readonly blame: readonly Change[]
}

const MOST_BLAME = 20
// A bisect builds old revisions.
const OF_NOW = `s.scheduler <> '${BISECT_SCHEDULER}'`
const BAD = `(${BAD_RESULTS.join()})`

/** Builders that are red, those that broke last first. */
export function redBuilders(db: Database): RedBuilder[] {
  return db
    .all<{ id: BuilderId }>('SELECT id FROM builders WHERE active')
    .flatMap(({ id }) => redBuilder(db, id) ?? [])
    .sort((a, b) => b.first.startedAt - a.first.startedAt)
}

function redBuilder(db: Database, id: BuilderId): RedBuilder | undefined {
  const last = lastTellingBuild(db, id)
  if (!last || isGood(last.results!)) return undefined
  const lastGood = lastGoodBuild(db, id, last.number) ?? null
  const [first] = selectBuilds(
    db,
    `WHERE b.builder_id = ? AND b.number > ? AND b.results IN ${BAD} AND ${OF_NOW} ORDER BY b.number LIMIT 1`,
    id,
    lastGood?.number ?? 0,
  )
  const { n } = db.get<{ n: number }>(
    `SELECT count(*) AS n FROM builds b JOIN build_requests r ON r.id = b.request_id
     JOIN buildsets s ON s.id = r.buildset_id
     WHERE b.builder_id = ? AND b.number > ? AND b.results IN ${BAD} AND ${OF_NOW}`,
    id,
    lastGood?.number ?? 0,
  )!
  const blame = changesOfRequest(db, first!.requestId).reverse().slice(0, MOST_BLAME)
  return { builderId: id, first: first!, last, count: n, lastGood, blame }
}
