import { expect, test } from 'vitest'
import type { Build, Builder, Change, Step } from '../../../main/master/model.ts'
import { CANCELLED, FAILURE, SUCCESS } from '../../../main/master/results.ts'
import { PLAIN } from '../../../renderer/store/arrangement.ts'
import { ticksOf } from '../../../renderer/waterfall/axis.ts'
import { planColumns } from '../../../renderer/waterfall/column-plan.ts'
import { daysOf } from '../../../renderer/waterfall/days.ts'
import { layOut, type ModelInput } from '../../../renderer/waterfall/model.ts'
import { pageOf } from '../../../renderer/waterfall/page.ts'

const NOW = Date.UTC(2026, 10, 24, 14, 38)
const MIN = 60_000
const EVIL = `</title></style>"><script>alert('1')</script><img src=x onerror="alert(2)"> & ﷽`

test('a page holds all builds in sight as picture and as table, in both themes and without anything from outside', () => {
  const page = makePage({ names: ['linux', 'macos'] })
  expect(page.match(/<rect [^>]*><title>(linux|macos) #\d/g)).toHaveLength(3)
  const rows = page.match(/<tr><td.*<\/tr>/g)!.map(row => row.split(/<[^>]+>/).filter(Boolean))
  expect(rows.map(row => row.slice(0, 4))).toEqual([
    ['linux', '#3', 'running', 'run'],
    ['macos', '#2', 'stopped', 'stop'],
    ['linux', '#1', 'failed', 'bad'],
  ])
  // Told apart in grey: the step that decided is hatched, what was stopped has its sign.
  expect(page).toContain('fill="url(#tile-hatch)"')
  expect(page).toContain('M14 8a6 6 0 1 1-12 0')
  expect(page).toContain(
    ':root{--canvas:white}\n@media (prefers-color-scheme:dark){:root{--canvas:black}}',
  )
  expect(page).not.toMatch(/https?:|url\((?!#)| src=| href=|@import/)
})

test('whatever builders, people and builds are called is text', () => {
  const page = makePage({ names: [EVIL, `b${EVIL}`], who: EVIL, title: EVIL, state: EVIL })
  const tags = new Set([...page.matchAll(/<(?!!)\/?([^\s/>]*)/g)].map(([, name]) => name))
  const known = `html head meta title style body h1 p div svg defs pattern clipPath path rect g text
    table caption thead tbody tr th td`
  expect([...tags].filter(name => !known.split(/\s+/).includes(name!))).toEqual([])
  expect(page).not.toMatch(/ on\w+="/)
  expect(page.match(/<title>/g)!.length).toBe(page.match(/<\/title>/g)!.length)
  expect(page).toContain('&lt;script&gt;')
})

test('far out the table has days', () => {
  const row = {
    of: 1 as Builder['id'],
    day: Math.floor(NOW / 86_400_000) - 1,
    builds: 3,
    failed: 1,
  }
  const cells = daysOf([{ ...row, warned: 0, exceptions: 0, busyMs: MIN }])
  const days = { beginning: NOW - 20 * 86_400_000, cells }
  const page = makePage({ names: ['linux', 'macos'], days })
  expect(page).toMatch(/linux<\/td><td[^>]*>[^<]+<\/td><td[^>]*>3 builds, 1 failed, busy 1:00</)
  expect(makePage({ names: ['linux'], builds: [] })).toContain('Nothing was built in this time.')
})

function makePage({
  names,
  who = 'Ann',
  title = 'My desk',
  state,
  days,
  builds = [
    build(3, 1, 2, null, state ?? 'run'),
    build(2, 2, 9, CANCELLED, state ?? 'stop'),
    build(1, 1, 15, FAILURE, state ?? 'bad'),
  ],
}: {
  names: readonly string[]
  who?: string
  title?: string
  state?: string
  days?: ModelInput['days']
  builds?: readonly Build[]
}): string {
  const builders = names.map((name, i) => builder(i + 1, name))
  const steps = new Map([[1 as Build['id'], [step(1, SUCCESS), step(2, FAILURE)]]])
  const model = layOut({
    now: NOW,
    mode: 'folded',
    zoom: days ? 0.1 : 1,
    plans: planColumns(PLAIN, builders, []),
    builds: days ? [] : builds,
    steps,
    changes: [
      {
        id: 1,
        who,
        subject: who,
        comments: who,
        branch: 'main',
        revision: null,
        receivedAt: NOW - 16 * MIN,
      } as unknown as Change,
    ],
    events: [],
    hidden: [],
    queue: [],
    expected: new Map(),
    estimate: () => ({ medianMs: 5 * MIN, lowMs: 4 * MIN, highMs: 6 * MIN, of: 3 }),
    days,
    width: 500,
  })
  const [top, height] = [-112, 700]
  const ticks = ticksOf(model.axis, NOW, 0, top + height)
  return pageOf({
    shown: { model, ticks, top, height, left: 0, width: 500, live: true, now: NOW },
    builders,
    sleeps: [],
    lastOf: () => builds.at(-1) ?? null,
    measure: text => ({
      width: text.length * 6,
      fontBoundingBoxAscent: 9,
      fontBoundingBoxDescent: 3,
    }),
    family: 'Sans',
    title,
    light: '--canvas:white',
    dark: '--canvas:black',
    zone: 'UTC',
  })
}

function builder(id: number, name: string): Builder {
  const of = { id: id as Builder['id'], name, project: 'p', description: '', tags: [] }
  return { ...of, slaves: ['local'], active: true, position: id, monitor: null }
}

/** A build that began so many minutes ago and took five. */
function build(
  number: number,
  of: number,
  ago: number,
  results: Build['results'],
  stateString: string,
): Build {
  return {
    id: number as Build['id'],
    builderId: of as Build['builderId'],
    number,
    requestId: number as Build['requestId'],
    slave: 'local',
    reason: '',
    scheduler: '',
    branch: 'main',
    revision: null,
    startedAt: NOW - ago * MIN,
    completeAt: results === null ? null : NOW - (ago - 5) * MIN,
    results,
    stateString,
  }
}

function step(number: number, results: Step['results']): Step {
  const [startedAt, completeAt] = [NOW - (17 - 2 * number) * MIN, NOW - (15 - 2 * number) * MIN]
  const of = { id: number as Step['id'], buildId: 1 as Step['buildId'], number, name: 'test' }
  return {
    ...of,
    kind: 'shell',
    startedAt,
    completeAt,
    results,
    stateString: '',
    hidden: false,
    tests: null,
  }
}
