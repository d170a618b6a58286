import type { Build, BuilderId, Change } from '../model.ts'
import type { RedRun } from '../standing.ts'
import type { Database } from './database.ts'
import { lastTellingBuild, redRunOf, suspectsOf } from './standing.ts'

/** A builder that is red: since when, and what may have broken it. */
export interface RedBuilder extends Pick<RedRun, 'first' | 'count' | 'lastGood'> {
  readonly builderId: BuilderId
  readonly last: Build
  /** The changes that may have done it, newest first. None where nothing was good before. */
  readonly blame: readonly Change[]
}

const MOST_BLAME = 20

/** Builders that are red, those that broke last first. */
export function redBuilders(db: Database): RedBuilder[] {
  return db
    .all<{ id: BuilderId }>('SELECT id FROM builders WHERE active')
    .flatMap(({ id }) => redBuilder(db, id) ?? [])
    .sort((a, b) => b.first.startedAt - a.first.startedAt)
}

function redBuilder(db: Database, id: BuilderId): RedBuilder | undefined {
  const last = lastTellingBuild(db, id)
  const run = last && redRunOf(db, last)
  if (!run) return undefined
  const { first, count, lastGood } = run
  const blame = suspectsOf(db, run).reverse().slice(0, MOST_BLAME)
  return { builderId: id, first, last, count, lastGood, blame }
}
