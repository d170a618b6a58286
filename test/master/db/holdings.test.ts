import { expect, test } from 'vitest'
import { type HoldingsQuery, holdings } from '../../../main/master/db/holdings.ts'
import { CANCELLED, FAILURE, type Result, SKIPPED, SUCCESS } from '../../../main/master/results.ts'
import { testData } from '../../helpers/data.ts'

const ALL: HoldingsQuery = { project: null, branch: null, who: [], before: null, limit: 50 }

test('a change is held by the build that took its request over, and waits where it is not built', () => {
  const desk = testData()
  const [linux, mac] = [desk.builder('linux'), desk.builder('mac')]
  const [first, second] = [desk.change(), desk.change()]
  desk.request(linux, { changes: [first.id] })
  const newer = desk.request(linux, { changes: [second.id] })
  desk.request(mac, { changes: [second.id] })
  const { id } = desk.build(newer)

  expect(holdings(desk.db, ALL)).toMatchObject({
    changes: [{ id: second.id }, { id: first.id }],
    builds: [{ id }],
    holds: [
      { changeId: first.id, buildId: id },
      { changeId: second.id, buildId: id },
    ],
    waits: [{ changeId: second.id, builderId: mac.id }],
    broke: [],
    more: false,
  })
})

test('what broke is the first bad build after a good one, whatever was stopped in between', () => {
  const desk = testData()
  const linux = desk.builder('linux')
  const ended = [SUCCESS, CANCELLED, FAILURE, FAILURE, SUCCESS, FAILURE].map(results => {
    const change = desk.change()
    return desk.build(desk.request(linux, { changes: [change.id] }), results as Result)
  })

  expect(holdings(desk.db, ALL).broke.map(one => [one.buildId, one.changes])).toEqual([
    [ended[2]!.id, 2],
    [ended[5]!.id, 1],
  ])
})

test('a builder that never was good was broken by nobody', () => {
  const desk = testData()
  const linux = desk.builder('linux')
  for (const results of [FAILURE, SKIPPED, FAILURE] as const)
    desk.build(desk.request(linux, { changes: [desk.change().id] }), results)

  expect(holdings(desk.db, ALL).broke).toEqual([])
})

test('changes are picked by project, branch and any of the words for their author', () => {
  const desk = testData()
  const mine = desk.change({ who: 'Ada Lindgren <ada@example.org>' })
  desk.change({ who: 'Jonas <jonas@example.org>', branch: 'side' })
  const alien = desk.change({ project: 'parser', who: 'رنا <rana@example.org>' })

  const found = (query: Partial<HoldingsQuery>) =>
    holdings(desk.db, { ...ALL, ...query }).changes.map(change => change.id)
  expect([
    found({ who: ['<ADA@example.org>'] }),
    found({ who: ['رنا', 'ada'] }),
    found({ project: 'parser' }),
    found({ branch: 'none' }),
    found({ who: ['%'] }),
  ]).toEqual([[mine.id], [alien.id, mine.id], [alien.id], [], []])
})

test('a page says whether there are older changes, and the next begins below it', () => {
  const desk = testData()
  const all = [desk.change(), desk.change(), desk.change()].map(change => change.id)
  const page = holdings(desk.db, { ...ALL, limit: 2 })
  const next = holdings(desk.db, { ...ALL, limit: 2, before: page.changes.at(-1)!.id })

  expect([page, next].map(one => [one.changes.map(change => change.id), one.more])).toEqual([
    [[all[2], all[1]], true],
    [[all[0]], false],
  ])
})

test('a change is told with the schedulers that keep it', () => {
  const desk = testData()
  const change = desk.change()
  desk.db.run("INSERT INTO scheduler_changes VALUES ('on change', ?)", change.id)

  expect(holdings(desk.db, ALL).kept).toEqual([{ changeId: change.id, scheduler: 'on change' }])
})
