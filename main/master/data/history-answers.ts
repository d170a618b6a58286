import { type AuthorOfBuild, authorsOfBuilds } from '../db/authors.ts'
import { type Between, type BetweenQuery, changesBetween } from '../db/between.ts'
import { type Blamed, blame } from '../db/blame.ts'
import { changesWithin } from '../db/changes.ts'
import type { Database } from '../db/database.ts'
import { eventsWithin, lastEvents } from '../db/events.ts'
import { type Holdings, type HoldingsQuery, holdings } from '../db/holdings.ts'
import { type Inside, insideOf } from '../db/inside.ts'
import { type LogsOfBuilds, type LogsQuery, logsOfBuilds } from '../db/log-places.ts'
import { type RedBuilder, redBuilders } from '../db/red.ts'
import { type LoadQuery, type SlaveLoad, slaveLoads } from '../db/slave-load.ts'
import { stepsOfBuilds } from '../db/steps.ts'
import { type Summary, summarize } from '../db/summary.ts'
import {
  type TestAnswer,
  type TestQuery,
  type TestsAnswer,
  type TestsQuery,
  testRuns,
  testSummaries,
} from '../db/test-history.ts'
import {
  type BuildsOfDay,
  buildDensity,
  buildsBefore,
  buildsByDay,
  buildsFrom,
  type DaysQuery,
  type Density,
  firstBuildAt,
  type Parts,
  type Stretch,
} from '../db/timeline.ts'
import { type Trends, type TrendsQuery, trends } from '../db/trends.ts'
import { type VitalsPart, vitalsByPart } from '../db/vitals.ts'
import type { Build, BuildId, Change, MasterEvent, Moment, Step } from '../model.ts'

/** What can be asked of the whole history, however long: each with its question and its answer. */
export interface HistoryQuestions {
  /** The builds of a stretch of time, summed up. */
  summary: (query: Stretch) => Summary
  /** The builds nearest to a moment, on its one side or the other. */
  page: (query: PageQuery) => PageAnswer
  /** A line for each builder, or slave, and day on which it built. */
  days: (query: DaysQuery) => readonly BuildsOfDay[]
  /** How many builds began in each of equal parts of a stretch. */
  density: (query: Parts) => readonly Density[]
  /** When the first build began; `null` when there is none. */
  beginning: () => Moment | null
  /** Changes, and which builds hold each of them. */
  holdings: (query: HoldingsQuery) => Holdings
  /** How many changes each of some builds was the first to hold; those without any are not in it. */
  blame: (ids: readonly BuildId[]) => readonly Blamed[]
  /** Who wrote the changes that each of some builds was the first to hold. */
  authors: (ids: readonly BuildId[]) => readonly AuthorOfBuild[]
  /** Which logs there are, the newest build first. */
  logs: (query: LogsQuery) => LogsOfBuilds
  /** What stands around the steps of a build; `null` when there is no such build. */
  inside: (id: BuildId) => Inside | null
  /** The changes by which two builds differ; `null` when there is no such build. */
  between: (query: BetweenQuery) => Between | null
  /** Tests over the newest builds. */
  tests: (query: TestsQuery) => TestsAnswer
  /** One test, build by build. */
  test: (query: TestQuery) => TestAnswer
  /** How busy slaves were. */
  load: (query: LoadQuery) => readonly SlaveLoad[]
  vitals: (query: Parts) => readonly VitalsPart[]
  /** The last event of each kind, however long ago. */
  lastEvents: (kinds: readonly string[]) => readonly MasterEvent[]
  /** Builders that are red, and since when. */
  red: () => readonly RedBuilder[]
  /** How builders fared over a stretch of time. */
  trends: (query: TrendsQuery) => Trends
}

export interface PageQuery {
  readonly at: Moment
  /** Builds that began before `at`, or from `at` on. */
  readonly side: 'before' | 'from'
  readonly limit: number
}

/** What is drawn of a stretch that is as long as it takes to hold some builds. */
export interface PageAnswer extends Stretch {
  /** Newest first. */
  readonly builds: readonly Build[]
  readonly steps: readonly Step[]
  /** Newest first; those of a little before, too, since builds begin after their changes. */
  readonly changes: readonly Change[]
  readonly events: readonly MasterEvent[]
  /** Whether nothing was built beyond it. */
  readonly last: boolean
}

export type HistoryQuestion = keyof HistoryQuestions

type Answers = {
  readonly [Q in HistoryQuestion]: (
    db: Database,
    ...args: Parameters<HistoryQuestions[Q]>
  ) => ReturnType<HistoryQuestions[Q]>
}

const BEFORE_MS = 600_000
const MOST_CHANGES = 2000

export const HISTORY_ANSWERS: Answers = {
  summary: summarize,
  page(db, { at, side, limit }) {
    const before = side === 'before'
    const found = before ? buildsBefore(db, at, limit) : buildsFrom(db, at, limit)
    const last = found.length < limit
    // Others may have begun in the same millisecond as the outermost one: it is left to the next page.
    const edge = (before ? found.at(-1) : found[0])?.startedAt ?? at
    const inner = found.filter(build => build.startedAt !== edge)
    const whole = last || inner.length === 0
    const builds = whole ? found : inner
    const from = before ? (whole ? edge : edge + 1) : at
    const to = before ? at : whole ? edge + 1 : edge
    return { from, to, ...withSurroundings(db, builds, from, to), last }
  },
  days: buildsByDay,
  density: buildDensity,
  beginning: firstBuildAt,
  holdings,
  blame,
  authors: authorsOfBuilds,
  logs: logsOfBuilds,
  inside: insideOf,
  between: changesBetween,
  tests: testSummaries,
  lastEvents,
  red: redBuilders,
  load: slaveLoads,
  vitals: vitalsByPart,
  test: testRuns,
  trends,
}

// Builds with what stands beside them: changes from shortly before, which led to them.
function withSurroundings(db: Database, builds: readonly Build[], from: Moment, to: Moment) {
  const ids = builds.map(build => build.id)
  return {
    builds,
    steps: stepsOfBuilds(db, ids),
    changes: changesWithin(db, from - BEFORE_MS, to, MOST_CHANGES),
    events: eventsWithin(db, from, to, MOST_CHANGES),
  }
}
