import { expect, test } from 'vitest'
import type { Schedule } from '../../../main/bridge/contract.ts'
import type { Holdings } from '../../../main/master/db/holdings.ts'
import type {
  Build,
  Builder,
  BuilderId,
  BuildId,
  Change,
  ChangeId,
} from '../../../main/master/model.ts'
import { CANCELLED, FAILURE, type Result, SUCCESS, WARNINGS } from '../../../main/master/results.ts'
import { buildersOf, fate, heldChanges, shortName } from '../../../renderer/grid/held.ts'
import { when } from '../../../renderer/ui/format.ts'

const build = (id: number, builder: number, results: Result | null) =>
  ({ id: id as BuildId, builderId: builder as BuilderId, number: id, results }) as Build
const change = (id: number, project = 'calc') =>
  ({ id: id as ChangeId, project, branch: 'main' }) as Change

function told(part: Partial<Holdings>): Holdings {
  const none = { changes: [], builds: [], holds: [], waits: [], kept: [], broke: [], more: false }
  return { ...none, ...part }
}

const blamed = (buildId: number, changes = 1) => ({
  buildId: buildId as BuildId,
  changes,
  subject: null,
  who: null,
})
const hold = (changeId: number, buildId: number) => ({
  changeId: changeId as ChangeId,
  buildId: buildId as BuildId,
})

test('a cell shows the newest build of its change, as the news have it', () => {
  const answer = told({
    changes: [change(1)],
    builds: [build(7, 1, FAILURE), build(8, 1, null)],
    holds: [hold(1, 7), hold(1, 8)],
    broke: [blamed(7)],
  })
  const ended = build(8, 1, SUCCESS)
  const look = (live: Map<BuildId, Build>) => heldChanges(answer, live)[0]!.at.get(1 as BuilderId)
  expect([look(new Map()), look(new Map([[ended.id, ended]]))]).toMatchObject([
    { look: 'running', broke: 0, build: { id: 8 } },
    { look: 'success', broke: 0, build: { id: 8 } },
  ])
})

test('how a change stands is said in the order of what needs a look', () => {
  const answer = told({
    changes: [change(1)],
    builds: [
      build(1, 1, FAILURE),
      build(2, 2, WARNINGS),
      build(3, 3, null),
      build(4, 4, FAILURE),
      build(6, 6, CANCELLED),
      build(9, 9, FAILURE),
    ],
    holds: [hold(1, 1), hold(1, 2), hold(1, 3), hold(1, 4), hold(1, 6), hold(1, 9)],
    waits: [{ changeId: 1 as ChangeId, builderId: 5 as BuilderId }],
    broke: [blamed(1), blamed(9, 3)],
    kept: ['on change', 'nightly', 'gone'].map(scheduler => ({
      changeId: 1 as ChangeId,
      scheduler,
    })),
  })
  const at = new Date(2026, 2, 2, 2, 30).getTime()
  const plan = { builderId: 1 as BuilderId, reason: '', onlyIfChanged: true }
  const schedule: Schedule = [
    { ...plan, scheduler: 'on change', at: at - 60_000, cause: 'quiet' },
    { ...plan, scheduler: 'nightly', at, cause: 'clock' },
  ]
  expect(heldChanges(answer, new Map()).map(one => fate(one, schedule, at - 60_000))).toEqual([
    `broke 1, may have broken 1, 1 already red, 1 passed, 1 running, 1 to come, 1 stopped, waiting for main to be quiet, nightly builds it ${when(at, at)}, kept for gone`,
  ])
  expect(fate({ change: change(1), at: new Map(), kept: [] }, schedule, at)).toBe('not built')
})

test('a builder that fails in its first build was not red already', () => {
  const answer = told({
    changes: [change(1)],
    builds: [build(1, 1, FAILURE), build(2, 2, FAILURE)],
    holds: [hold(1, 1), hold(1, 2)],
  })
  expect(fate(heldChanges(answer, new Map())[0]!, [], 0)).toBe('1 failed, 1 already red')
})

test.for([
  ['calc-tests', 'calc', 'tests'],
  ['calc / tests', 'calc', 'tests'],
  ['calc', 'calc', 'calc'],
  ['calc-', 'calc', 'calc-'],
  ['calc2', 'calc', 'calc2'],
  ['calculator', 'calc', 'calculator'],
  ['tests', 'calc', 'tests'],
] as const)('%s below the project %s is called %s', ([name, project, short]) => {
  expect(shortName({ name, project })).toBe(short)
})

test('columns are all builders of the projects in sight, quiet ones too, and gone ones that built', () => {
  const builder = (id: number, project: string, active = true) =>
    ({ id: id as BuilderId, project, active }) as Builder
  const changes = heldChanges(
    told({ changes: [change(1)], builds: [build(1, 4, SUCCESS)], holds: [hold(1, 1)] }),
    new Map(),
  )
  const all = [builder(1, 'calc'), builder(2, 'site'), builder(3, 'calc'), builder(4, 'old', false)]
  expect(buildersOf(changes, all).map(one => one.id)).toEqual([1, 3, 4])
})

test('a change that broke a builder is not cleared by another bad build of it', () => {
  const answer = told({
    changes: [change(1)],
    builds: [build(7, 1, FAILURE), build(8, 1, FAILURE)],
    holds: [hold(1, 7), hold(1, 8)],
    broke: [blamed(7)],
  })
  expect(heldChanges(answer, new Map())[0]!.at.get(1 as BuilderId)!.broke).toBe(1)
})
