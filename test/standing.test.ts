import { expect, test } from 'vitest'
import { noticeOf } from '../main/app/citizen/notices.ts'
import { watchStanding } from '../main/app/citizen/standing.ts'
import { createRecentBuilds } from '../main/bridge/recent-builds.ts'
import { statusOf } from '../main/cli/look-commands.ts'
import { badge } from '../main/http/feeds/badge.ts'
import { ccTray } from '../main/http/feeds/cc-tray.ts'
import { standingsOf } from '../main/http/feeds/standing.ts'
import { redBuilders } from '../main/master/db/red.ts'
import type { Build, BuildId } from '../main/master/model.ts'
import {
  BISECT_SCHEDULER,
  CANCELLED,
  EXCEPTION,
  FAILURE,
  isBad,
  RETRY,
  type Result,
  SKIPPED,
  SUCCESS,
  WARNINGS,
} from '../main/master/results.ts'
import { standingOf } from '../main/master/standing.ts'
import { standingIn } from '../renderer/store/builds-of.ts'
import { tileOf } from '../renderer/wall/tiles.ts'
import { headFacts } from '../renderer/waterfall/head-facts.ts'
import { redStretches } from '../renderer/waterfall/model.ts'
import { testData } from './helpers/data.ts'

// Whoever says how a builder stands says the same of the same builds.

type Ended = Result | 'bisect failed' | 'bisect passed' | 'imported without a result'

interface Case {
  readonly name: string
  /** How its builds ended, the oldest first. */
  readonly builds: readonly Ended[]
  /** The number of the build that shows how it stands. */
  readonly last: number | null
  /** Since when it is red. */
  readonly red: number | null
  readonly lastGood?: number
}

const many = (what: Ended) => Array<Ended>(30).fill(what)

const CASES: readonly Case[] = [
  { name: 'never built', builds: [], last: null, red: null },
  { name: 'green', builds: [SUCCESS], last: 1, red: null },
  { name: 'with warnings', builds: [FAILURE, WARNINGS], last: 2, red: null },
  { name: 'failed', builds: [SUCCESS, FAILURE, FAILURE], last: 3, red: 2, lastGood: 1 },
  { name: 'an exception', builds: [SUCCESS, EXCEPTION], last: 2, red: 2, lastGood: 1 },
  { name: 'never green', builds: [FAILURE, EXCEPTION], last: 2, red: 1 },
  { name: 'skipped', builds: [SUCCESS, FAILURE, SKIPPED], last: 2, red: 2, lastGood: 1 },
  { name: 'stopped', builds: [SUCCESS, FAILURE, CANCELLED], last: 2, red: 2, lastGood: 1 },
  { name: 'tried again', builds: [SUCCESS, FAILURE, RETRY], last: 2, red: 2, lastGood: 1 },
  { name: 'only skipped', builds: [SKIPPED, CANCELLED], last: null, red: null },
  { name: 'skipped before it failed', builds: [SKIPPED, FAILURE], last: 2, red: 2 },
  { name: 'repaired', builds: [SUCCESS, FAILURE, SUCCESS, CANCELLED], last: 3, red: null },
  {
    name: 'bisected',
    builds: [SUCCESS, FAILURE, 'bisect passed', 'bisect failed'],
    last: 2,
    red: 2,
    lastGood: 1,
  },
  {
    name: 'stopped for long',
    builds: [SUCCESS, FAILURE, FAILURE, ...many(CANCELLED)],
    last: 3,
    red: 2,
    lastGood: 1,
  },
  { name: 'red for long', builds: [SUCCESS, ...many(FAILURE)], last: 31, red: 2, lastGood: 1 },
  { name: 'never green for long', builds: many(EXCEPTION), last: 30, red: 1 },
  {
    name: 'of a later version',
    builds: [SUCCESS, FAILURE, 'imported without a result'],
    last: 2,
    red: 2,
    lastGood: 1,
  },
]

const desk = testData()
const { data, mq, clock } = desk
// All are there before anything is asked: the tray has to find them in history, too.
const builders = new Map(CASES.map(one => [one.name, desk.builder(one.name)]))
for (const { name, builds } of CASES) for (const ended of builds) build(name, ended)
const recent = createRecentBuilds({ data, mq })
const known = new Map<BuildId, Build>(
  [...builders.values()].flatMap(({ id }) => recent.of(id).map(one => [one.id, one] as const)),
)

test.each(CASES)('$name: every consumer says the same', ({ name, last, red, lastGood = null }) => {
  const builder = builders.get(name)!
  const whole = data
    .builds({ builderId: builder.id, limit: 1000 })
    .sort((a, b) => b.number - a.number)
  const expected = [last, red, lastGood]
  const numbers = ({ last, red }: ReturnType<typeof standingOf>) => [
    last?.number ?? null,
    red?.first.number ?? null,
    red?.lastGood?.number ?? null,
  ]
  const own = recent.of(builder.id)
  const facts = headFacts(own, new Map(), clock.now())
  const tile = tileOf(builder, facts, [])
  const board = redBuilders(desk.db).find(one => one.builderId === builder.id)
  const stretch = redStretches(whole, { y: () => 0 }, clock.now()).at(-1)

  expect({
    everything: numbers(standingOf(whole)),
    snapshot: numbers(standingOf(own)),
    'rail and corner': numbers(standingIn(known, builder.id)),
    head: numbers(facts),
    wall: [tile.last?.number ?? null, tile.red?.first.number ?? null],
    board: board ? [board.last.number, board.first.number, board.lastGood?.number ?? null] : null,
    'stretch of the waterfall': stretch?.repaired === null ? stretch.first.number : null,
    feeds: standingsOf(data, [builder])[0]!.last?.number ?? null,
    status: status(name),
    tray: tray().red.find(one => one.name === name)?.build.number ?? null,
  }).toEqual({
    everything: expected,
    snapshot: expected,
    'rail and corner': expected,
    head: expected,
    wall: [last, red],
    board: red === null ? null : expected,
    'stretch of the waterfall': red,
    feeds: last,
    status: last,
    tray: red === null ? null : last,
  })
})

test.each<[Result | null, string, string, string]>([
  [SUCCESS, 'Success', 'succeeded', 'success'],
  [WARNINGS, 'Success', 'passed with warnings', 'warnings'],
  [FAILURE, 'Failure', 'failed', 'failure'],
  [EXCEPTION, 'Exception', 'exception', 'exception'],
  [null, 'Unknown', 'not built yet', ''],
])('result %s is told by feeds, badges and notices alike', (results, status, words, occasion) => {
  const [standing] = standingsOf(data, [builders.get('green')!])
  const last = results === null ? null : { ...standing!.last!, results }
  const told = { ...standing!, last }
  expect([
    ccTray([told], 'http://desk').includes(`lastBuildStatus="${status}"`),
    badge(told).includes(`: ${words}"`),
    last === null || noticeOf({ name: 'green', build: last, before: null }).occasion === occasion,
  ]).toEqual([true, true, true])
  // What is red for one is no success for another.
  expect(isBad(results)).toBe(['Failure', 'Exception'].includes(status))
})

function build(name: string, ended: Ended) {
  const bisect = typeof ended === 'string' && ended.startsWith('bisect')
  const request = desk.request(builders.get(name)!, {
    collapse: false,
    ...(bisect && { scheduler: BISECT_SCHEDULER }),
  })
  if (typeof ended === 'number') return desk.build(request, ended)
  const { id } = desk.build(request, ended === 'bisect failed' ? FAILURE : SUCCESS)
  if (!bisect) desk.db.run('UPDATE builds SET results = 9 WHERE id = ?', id)
}

function tray() {
  const watch = watchStanding(
    { data, mq, clock },
    () => {},
    () => {},
  )
  watch.stop()
  return watch.now()
}

function status(name: string): number | null {
  const snapshot = {
    builders: data.builders(),
    builds: [...known.values()],
    queue: [],
    slaves: [],
    config: {},
  }
  const { builders } = statusOf(snapshot as unknown as Parameters<typeof statusOf>[0])
  return builders.find(one => one.name === name)!.last?.number ?? null
}
