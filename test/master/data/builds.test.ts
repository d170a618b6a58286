import { expect, test } from 'vitest'
import type { BuildId } from '../../../main/master/model.ts'
import { from } from '../../../main/master/process/properties.ts'
import { RETRY, type Result, SUCCESS } from '../../../main/master/results.ts'
import { testData } from '../../helpers/data.ts'
import { insertRows, openTestDatabase, readRows } from '../../helpers/database.ts'

test('only one of two claims starts a build', () => {
  const { data, builder, request } = testData()
  const id = request(builder('a'))
  const slave = data.slave('local')!.id
  const builds = [data.startBuild(id, slave, {}), data.startBuild(id, slave, {})]
  expect(builds.map(one => one?.number)).toEqual([1, undefined])
})

test('builds count up within their builder', () => {
  const { data, builder, request } = testData()
  const [a, b] = [builder('a'), builder('b')]
  const numbers = [a, b, a].map(
    one => data.startBuild(request(one, { collapse: false }), data.slave('local')!.id, {})!.number,
  )
  expect(numbers).toEqual([1, 1, 2])
})

test('a build that is to be tried again gives its request back in the same commit', () => {
  const { db, data, mq, builder, request } = testData()
  const id = request(builder('a'))
  const build = data.startBuild(id, data.slave('local')!.id, {})!
  const seen: unknown[] = []
  mq.subscribe('build/changed', () => seen.push(readRows(db, 'build_requests')[0]!.claimed_at))
  data.finishBuild(build.id, RETRY, 'slave lost')
  expect([seen, data.request(id)!.completeAt, data.nextRequest(build.builderId)!.id]).toEqual([
    [null],
    null,
    id,
  ])
})

test('a build ends once; a second end changes nothing', () => {
  const { data, builder, request } = testData()
  const id = request(builder('a'))
  const build = data.startBuild(id, data.slave('local')!.id, {})!
  data.finishBuild(build.id, SUCCESS, 'good')
  data.finishBuild(build.id, RETRY, 'too late')
  expect([data.build(build.id), data.request(id)]).toMatchObject([
    { results: SUCCESS, stateString: 'good' },
    { results: SUCCESS, claimedAt: expect.any(Number) },
  ])
})

test('what an earlier run left open is closed as it was, and waits again', () => {
  const db = openTestDatabase()
  const before = testData(db)
  const id = before.request(before.builder('a'))
  const build = before.data.startBuild(id, before.data.slave('local')!.id, {})!
  before.clock.advance(5000)
  const step = startStep(before.data, build.id, 0)
  const log = insertLog(step.id)
  before.clock.advance(60_000)

  const { data, clock } = testData(db)
  clock.advance(3_600_000)
  const lastAt = step.startedAt + 2000
  const closed = data.closeAbandoned(new Map([[log, { lineCount: 3, byteCount: 9, lastAt }]]))

  expect([
    closed,
    data.stepsOfBuild(build.id),
    data.request(id),
    readRows(db, 'logs'),
  ]).toMatchObject([
    [{ id: build.id, results: RETRY, stateString: 'the master stopped', completeAt: lastAt }],
    [{ results: RETRY, completeAt: lastAt }],
    { claimedAt: null, completeAt: null },
    [{ line_count: 3, byte_count: 9, complete: 1 }],
  ])
  expect(data.runs(5).map(run => run.ending)).toEqual([null, 'found-dead'])

  function insertLog(stepId: number) {
    const log = { step_id: stepId, name: 'stdio', kind: 's', line_count: 0, byte_count: 0 }
    insertRows(db, 'logs', [{ ...log, complete: 0 }])
    return readRows(db, 'logs')[0]!.id as never
  }
})

test('what this run has claimed is not given back by closing what others left', () => {
  const { data, builder, request } = testData()
  const id = request(builder('a'))
  const build = data.startBuild(id, data.slave('local')!.id, {})!
  data.finishBuild(build.id, SUCCESS, '')
  data.closeAbandoned(new Map())
  expect(data.request(id)!.claimedAt).not.toBe(null)
})

test('properties are replaced by name, and kept in their types', () => {
  const { data, builder, request } = testData()
  const build = data.startBuild(request(builder('a')), data.slave('local')!.id, {
    ...from('Build', { list: [1, 'two', null], flag: true, text: 'before' }),
  })!
  data.setProperties(build.id, from('a step', { text: 'after' }))
  expect(data.propertiesOfBuild(build.id)).toEqual({
    list: { value: [1, 'two', null], source: 'Build' },
    flag: { value: true, source: 'Build' },
    text: { value: 'after', source: 'a step' },
  })
})

test('the last good build before one is found however far back it is', () => {
  const { data, builder, request, build } = testData()
  const a = builder('a')
  const ends: Result[] = [0, 1, ...Array.from({ length: 300 }, () => 2 as const), 0]
  for (const end of ends) build(request(a, { collapse: false }), end)
  const found = [1, 2, 302, 303, 304].map(number => data.lastGoodBuild(a.id, number)?.number)
  expect(found).toEqual([undefined, 1, 2, 2, 303])
})

function startStep(data: ReturnType<typeof testData>['data'], buildId: BuildId, number: number) {
  const step = { name: `step ${number}`, kind: 'shell', hidden: false, stateString: '' }
  return data.startStep({ ...step, buildId, number })
}

test('what a build ran in is kept with it, each environment once', () => {
  const { db, data, builder, request } = testData()
  const a = builder('a')
  const start = (node: string) => {
    const facts = [{ group: 'tools' as const, name: 'node', value: node }]
    const id = request(a, { collapse: false })
    const slave = data.slave('local')!.id
    return data.startBuild(id, slave, {}, undefined, { facts, leftOut: 0 })!.id
  }
  const ids = ['22', '24', '22'].map(start)
  const without = data.startBuild(request(a, { collapse: false }), data.slave('local')!.id, {})!.id
  expect([
    readRows(db, 'environments').length,
    [...ids, without].map(id => data.environmentOfBuild(id)?.facts[0]?.value),
  ]).toEqual([2, ['22', '24', '22', undefined]])
})
