import { expect, test } from 'vitest'
import type { BuildRequestId } from '../../../main/master/model.ts'
import { from } from '../../../main/master/process/properties.ts'
import type { Result } from '../../../main/master/results.ts'
import { type TestData, testData } from '../../helpers/data.ts'

test('a buildset asks each of its builders once, with its properties and changes', () => {
  const { data, builder, change } = testData()
  const [a, b] = [builder('a'), builder('b')]
  const { id } = change()
  const { buildset, requests } = data.addBuildset({
    reason: 'because',
    scheduler: 'nightly',
    sourcestamp: { project: 'calc', repository: '/srv/calc', branch: 'main', revision: 'r1' },
    changes: [id],
    properties: from('Scheduler', { colour: 'red' }),
    priority: 3,
    builders: [
      { id: a.id, collapse: true },
      { id: b.id, collapse: true },
    ],
  })
  expect([
    requests.map(one => [one.builderId, one.priority, one.reason, one.sourcestamp.revision]),
    data.propertiesOfBuildset(buildset.id),
    data.changesOfRequest(requests[1]!.id).map(one => one.id),
  ]).toEqual([
    [
      [a.id, 3, 'because', 'r1'],
      [b.id, 3, 'because', 'r1'],
    ],
    { colour: { value: 'red', source: 'Scheduler' } },
    [id],
  ])
})

test('a newer request takes the changes of the older ones that it stands in for', () => {
  const { data, builder, change, request } = testData()
  const a = builder('a')
  const changes = [change(), change(), change()]
  const requests = changes.map(one => request(a, { revision: one.revision, changes: [one.id] }))
  const [first, second, third] = requests as [BuildRequestId, BuildRequestId, BuildRequestId]
  expect([
    [first, second, third].map(id => {
      const one = data.request(id)!
      return [one.results, one.collapsedInto]
    }),
    data.changesOfRequest(third).map(one => one.id),
    data.nextRequest(a.id)!.id,
  ]).toEqual([
    [
      [3, second],
      [3, third],
      [null, null],
    ],
    changes.map(one => one.id),
    third,
  ])
})

test('a change is said to be built by the build of the request that took it over', () => {
  const { data, builder, change, request } = testData()
  const a = builder('a')
  const first = change()
  request(a, { revision: first.revision, changes: [first.id] })
  const second = change()
  const last = request(a, { revision: second.revision, changes: [second.id] })
  const build = data.startBuild(last, data.slave('local')!.id, {})!
  expect(data.buildsOfChange(first.id).map(one => one.id)).toEqual([build.id])
})

test('a request that has been claimed is not collapsed', () => {
  const { data, builder, change, request } = testData()
  const a = builder('a')
  const first = request(a, { changes: [change().id] })
  data.startBuild(first, data.slave('local')!.id, {})
  request(a, { changes: [change().id] })
  expect(data.request(first)!.completeAt).toBe(null)
})

test('a builder that wants each request built gets each', () => {
  const { data, builder, change, request } = testData()
  const a = builder('a')
  const ids = [1, 2].map(() => request(a, { changes: [change().id], collapse: false }))
  expect(ids.map(id => data.request(id)!.completeAt)).toEqual([null, null])
})

test('requests are served by priority, then in the order of asking', () => {
  const { data, builder, request } = testData()
  const a = builder('a')
  const ids = [0, 5, 0, 5].map(priority => request(a, { priority, collapse: false }))
  const served: unknown[] = []
  for (let next = data.nextRequest(a.id); next; next = data.nextRequest(a.id)) {
    served.push(ids.indexOf(next.id))
    data.startBuild(next.id, data.slave('local')!.id, {})
  }
  expect(served).toEqual([1, 3, 0, 2])
})

test('a request is cancelled while it waits, once, and not while it is built', () => {
  const { data, builder, request } = testData()
  const a = builder('a')
  const [waiting, running] = [request(a, { collapse: false }), request(a, { collapse: false })]
  data.startBuild(running, data.slave('local')!.id, {})
  expect([
    data.cancelRequest(waiting),
    data.cancelRequest(waiting),
    data.cancelRequest(running),
    data.cancelRequest(99 as BuildRequestId),
    data.request(waiting)!.results,
  ]).toEqual([true, false, false, false, 6])
})

test.each<[string, Result[], Result]>([
  ['all good', [0, 0], 0],
  ['a warning', [0, 1], 1],
  ['a failure and a warning', [2, 1], 2],
  ['an exception beats a failure', [2, 4], 4],
  ['cancelled beats all', [4, 6], 6],
  ['all skipped', [3, 3], 3],
  ['skipped and good', [3, 0], 0],
])('a buildset is complete with its last request, as bad as its worst: %s', (_, ends, worst) => {
  const test = testData()
  const { data } = test
  const { buildset, requests } = buildsetOf(test, ends.length)
  const states = requests.map((one, i) => {
    test.build(one.id, ends[i]!)
    return data.buildset(buildset.id)!.results
  })
  expect(states).toEqual([...ends.slice(1).map(() => null), worst])
})

function buildsetOf({ data, builder }: TestData, count: number) {
  const ids = Array.from({ length: count }, (_, i) => builder(`b${i}`).id)
  return data.addBuildset({
    reason: '',
    scheduler: 'force',
    sourcestamp: { project: '', repository: '', branch: null, revision: null },
    changes: [],
    properties: {},
    priority: 0,
    builders: ids.map(id => ({ id, collapse: false })),
  })
}
