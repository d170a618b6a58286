import { expect, test } from 'vitest'
import type { BuildRequestId } from '../../../main/master/model.ts'
import { describeWaiting } from '../../../main/master/process/waiting.ts'
import { outcome, type TestMaster, testMaster } from '../../helpers/master.ts'

const step = (shell: string, rest: object = {}) => ({ shell, name: 'x', ...rest })
// A step that goes on until the file it is told of is there.
const UNTIL_TOLD = 'echo on; while [ ! -e go ]; do sleep 0.02; done'

function whyWaiting(one: TestMaster, builder: string): string {
  const { id } = one.data.builderByName(builder)!
  return describeWaiting(one.master.distributor.whyWaiting(id), one.master.clock.now())
}

async function allStopped(one: TestMaster, ids: readonly BuildRequestId[]) {
  for (const build of one.data.runningBuilds()) one.master.distributor.stopBuild(build.id, 'over')
  for (const id of ids) one.data.cancelRequest(id)
  await Promise.all(ids.map(one.completed))
}

test('a slave takes as many builds as it may, and one of each builder', async () => {
  const one = await testMaster({
    config: {
      slaves: [{ name: 'local', maxBuilds: 2 }],
      builders: ['a', 'b', 'c'].map(name => ({ name, steps: [step('sleep 600')] })),
    },
  })
  const ids = ['a', 'a', 'b', 'c'].map(name => one.request(name))
  while (one.data.runningBuilds().length < 2) await one.until('build/changed')
  const why = ['a', 'c'].map(name => whyWaiting(one, name))
  const running = one.data.runningBuilds().map(build => build.requestId)
  await allStopped(one, ids)
  expect([running, why]).toEqual([
    [ids[0], ids[2]],
    ['local is busy with 2 of 2', 'local is busy with 2 of 2'],
  ])
})

test('builds go to the least busy slave, and then to the one that has the sources', async () => {
  const one = await testMaster({
    config: {
      slaves: [
        { name: 's1', maxBuilds: 2 },
        { name: 's2', maxBuilds: 2 },
      ],
      builders: [
        { name: 'long', steps: [step('sleep 600')] },
        { name: 'a', steps: [step('true')] },
      ],
    },
  })
  while (one.data.slaves().some(slave => slave.state !== 'online')) await one.until('slave/changed')
  const long = one.request('long')
  const { slave: busy } = await one.until('build/changed')
  const other = busy === 's1' ? 's2' : 's1'
  const first = await one.build('a')
  await allStopped(one, [long])
  const second = await one.build('a')
  expect([first.slave, second.slave]).toEqual([other, other])
})

test('a paused slave finishes what it has and is given nothing more', async () => {
  const one = await testMaster({
    config: {
      slaves: [{ name: 'local', maxBuilds: 2 }],
      builders: [
        { name: 'a', steps: [step('echo on; sleep 0.2')] },
        { name: 'b', steps: [step('true')] },
      ],
    },
  })
  const first = one.request('a')
  await one.wrote('x', 'on')
  one.data.pauseSlave('local', { reason: 'lunch' })
  const second = one.request('b')
  await one.completed(first)
  const waiting = [one.data.request(second)!.claimedAt, whyWaiting(one, 'b')]
  one.data.unpauseSlave('local')
  await one.completed(second)
  expect(waiting).toEqual([null, 'local is paused: lunch'])
})

test('a pause outlives a restart', async () => {
  const one = await testMaster({ config: { builders: [{ name: 'a', steps: [step('true')] }] } })
  one.data.pauseSlave('local', { reason: 'holidays' })
  await one.restart()
  expect(one.data.slave('local')!.paused).toMatchObject({ reason: 'holidays' })
})

test('a lock of a builder holds back its builds, not those of others', async () => {
  const one = await testMaster({
    config: {
      slaves: [{ name: 'local', maxBuilds: 4 }],
      locks: [{ name: 'gpu' }],
      builders: [
        { name: 'a', locks: ['gpu'], steps: [step('sleep 600')] },
        { name: 'b', locks: ['gpu'], steps: [step('true')] },
        { name: 'c', steps: [step('true')] },
      ],
    },
  })
  const a = one.request('a')
  await one.until('build/changed')
  const b = one.request('b')
  await one.build('c')
  const waiting = [one.data.request(b)!.claimedAt, whyWaiting(one, 'b')]
  await allStopped(one, [a])
  await one.completed(b)
  expect(waiting).toEqual([null, 'waits for lock gpu, held by a #1'])
})

test('why a request waits is said in words', async () => {
  const one = await testMaster({
    config: {
      slaves: [{ name: 'local' }, { name: 'mini', kind: 'remote' }],
      builders: [
        { name: 'far', slaves: ['mini'], steps: [step('true')] },
        { name: 'gone', steps: [step('true')] },
      ],
    },
  })
  one.configure({
    slaves: [{ name: 'local' }, { name: 'mini', kind: 'remote' }],
    builders: [{ name: 'far', slaves: ['mini'], steps: [step('true')] }],
  })
  expect([whyWaiting(one, 'far'), whyWaiting(one, 'gone')]).toEqual([
    'mini is offline (it has no password yet: "triphammer attach --invite mini" makes one)',
    'the builder is no longer configured',
  ])
})

test('a master that stops gives its builds back, and the next one builds them', async () => {
  const one = await testMaster({
    config: { builders: [{ name: 'a', steps: [step(UNTIL_TOLD)] }] },
  })
  const id = one.request('a')
  await one.wrote('x', 'on')
  await one.restart({
    config: { builders: [{ name: 'a', steps: [step('echo done')] }] },
  })
  await one.completed(id)
  expect(one.data.buildsOfRequest(id).map(outcome)).toEqual([
    'retry: the master stopped',
    'success: build successful',
  ])
})

test('a builder that is no longer configured keeps its history and its queue', async () => {
  const one = await testMaster({ config: { builders: [{ name: 'a', steps: [step('true')] }] } })
  await one.build('a')
  one.configure({ builders: [{ name: 'b', steps: [step('true')] }] })
  const id = one.request('a')
  await one.build('b')
  const before = one.data.request(id)!.claimedAt
  one.configure({ builders: [{ name: 'a', steps: [step('true')] }] })
  await one.completed(id)
  const a = one.data.builderByName('a')!
  expect([before, one.data.builds({ builderId: a.id, limit: 9 }).map(one => one.number)]).toEqual([
    null,
    [2, 1],
  ])
})

test('a builder waits for a slave that has what it asks for, and for its tag', async () => {
  const builder = (name: string, rest: object) => ({ name, ...rest, steps: [step('true')] })
  const one = await testMaster({
    config: {
      slaves: [{ name: 'local' }],
      builders: [
        builder('a', { requires: { cpus: '>4000' } }),
        builder('b', { slaveTags: ['gpu'] }),
      ],
    },
  })
  while (one.data.slave('local')!.state !== 'online') await one.until('slave/changed')
  const ids = ['a', 'b'].map(name => one.request(name))
  const why = ['a', 'b'].map(name => whyWaiting(one, name))
  const notices = one.master.config.status.notices.map(({ reason }) => reason)
  one.configure({
    slaves: [{ name: 'local', tags: ['gpu'] }],
    builders: [builder('a', { requires: { cpus: '>0' } }), builder('b', { slaveTags: ['gpu'] })],
  })
  await Promise.all(ids.map(one.completed))
  expect([why, notices]).toEqual([
    [expect.stringMatching(/^no slave has cpus >4000 \(local has \d+\)$/), 'no slave has tag gpu'],
    ['no slave has tag gpu; builds of "b" wait for one'],
  ])
})

test('while builds are held back nothing begins, what runs goes on, and the reason is told', async () => {
  const one = await testMaster({
    config: {
      slaves: [{ name: 'local', maxBuilds: 2 }],
      builders: ['a', 'b'].map(name => ({ name, steps: [step(UNTIL_TOLD)] })),
    },
  })
  const first = one.request('a')
  await one.until('build/changed')
  const { distributor } = one.master
  distributor.hold('an update is being installed')
  const second = one.request('b')
  const why = distributor.whyWaiting(one.data.builderByName('b')!.id)
  const running = one.data.runningBuilds().map(build => build.requestId)
  distributor.hold(null)
  while (one.data.runningBuilds().length < 2) await one.until('build/changed')
  await allStopped(one, [first, second])

  expect([running, why]).toEqual([
    [first],
    [{ kind: 'held', reason: 'an update is being installed' }],
  ])
})
