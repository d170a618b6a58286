import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Build } from '../../../main/master/model.ts'
import { openBridge } from '../../helpers/bridge.ts'
import { insertRows, ODD_JSON, spoil } from '../../helpers/database.ts'
import { outcome, type TestMaster, testMaster } from '../../helpers/master.ts'
import { makeRepository } from '../../helpers/repository.ts'

// `made` is no file of git, as what a compiler leaves; `fixed` is what a person brings about elsewhere.
const steps = [
  'git',
  { shell: 'echo run >> made; echo "made $(wc -l < made) times"', name: 'Build' },
  { shell: 'cat made source; test -e ../fixed', name: 'test' },
  { shell: 'echo "$REVISION"', name: 'ship' },
]

async function calc(list: readonly unknown[] = steps, slaves = ['local']) {
  const repository = makeRepository()
  const first = repository.commit('one', { source: 'one\n' })
  const one = await testMaster({
    config: {
      slaves: slaves.map(name => ({ name })),
      projects: [{ name: 'calc', repository: repository.path, poll: 'off' }],
      builders: [{ name: 'a', project: 'calc', slaves, steps: list }],
      schedulers: [],
    },
  })
  while (one.data.slaves().some(slave => slave.state !== 'online')) await one.until('slave/changed')
  const bridge = openBridge(one.master)
  const retry = async (build: Build, step: string) => {
    const { requestId } = await bridge.ask('build:retryFrom', { id: build.id, step })
    await one.completed(requestId)
    return one.data.buildsOfRequest(requestId).at(-1)!
  }
  const offer = async (build: Build) => (await bridge.ask('build:details', build.id)).retry
  const why = (build: Build, step: string) =>
    retry(build, step).then(
      () => 'it was done',
      (error: Error) => error.message,
    )
  return { one, repository, first, bridge, retry, offer, why }
}

const folder = (one: TestMaster, build: Build) => join(one.dataDir, 'slaves', build.slave, 'a')

test('a build goes on from the step that failed, in the folder and with what the steps before made', async () => {
  const { one, repository, first, bridge, retry, offer } = await calc()
  const red = await one.build('a', { branch: 'main', revision: first })
  const { steps: offered } = await offer(red)
  // Another revision is there meanwhile, and somebody has touched the sources.
  repository.commit('two', { source: 'two\n' })
  writeFileSync(join(folder(one, red), 'build/source'), 'spoilt\n')
  writeFileSync(join(folder(one, red), 'fixed'), '')
  const green = await retry(red, 'test')
  const { retriedFrom, properties } = await bridge.ask('build:details', green.id)
  expect([properties.buildnumber!.value, properties.got_revision!.value]).toEqual([2, first])
  expect([outcome(red), offered, red.slave === green.slave, green.revision, retriedFrom]).toEqual([
    'failure: failed in test: exit status 1',
    ['git', 'Build', 'test'],
    true,
    first,
    { build: 1, step: 'test', slave: red.slave },
  ])
  expect([
    outcome(green),
    green.reason,
    one.steps(green),
    await one.logText(green, 'test'),
  ]).toEqual([
    'success: build successful',
    'retry of #1 from test',
    {
      git: `success: ${first.slice(0, 10)}`,
      Build: 'skipped: as in #1',
      test: 'success',
      ship: 'success',
    },
    'run\none\n',
  ])
})

test('a retry of a retry stands on the build that ran the step, and a whole rebuild of it runs all', async () => {
  const { one, first, bridge, retry, why } = await calc()
  const red = await one.build('a', { branch: 'main', revision: first })
  const again = await retry(red, 'test')
  const third = await retry(again, 'test')
  const old = await why(red, 'test')
  const { requestId } = await bridge.ask('build:rebuild', { id: third.id })
  await one.completed(requestId)
  const whole = one.data.buildsOfRequest(requestId)[0]!
  expect([again, third, whole].map(build => one.steps(build).Build)).toEqual([
    'skipped: as in #1',
    'skipped: as in #1',
    'success',
  ])
  expect(old).toBe(
    `can't be retried from test: #2 ran on ${red.slave} since, so the workspace is no longer as #1 left it`,
  )
})

test('what did not pass is not passed over', async () => {
  const { one, first, retry, offer, why } = await calc([
    ...steps.slice(0, 2),
    { shell: 'test -e ../clean', name: 'lint', flunkOnFailure: false, haltOnFailure: false },
    { shell: 'true', name: 'count', flunkOnFailure: true },
    ...steps.slice(2),
  ])
  const red = await one.build('a', { branch: 'main', revision: first })
  const said = [await why(red, 'test'), await why(red, 'nothing'), (await offer(red)).steps]
  writeFileSync(join(folder(one, red), 'clean'), '')
  const second = await retry(red, 'lint')
  const afterwards = [await why(second, 'ship'), (await offer(second)).steps]
  expect([said, one.steps(second).lint, afterwards]).toEqual([
    [
      'can\'t be retried from test: step "lint" ended as failure in #1; choose it or one before it',
      'can\'t be retried from nothing: builder "a" has no step "nothing"',
      ['git', 'Build', 'lint'],
    ],
    'success',
    [
      'can\'t be retried from ship: step "test" ended as failure in #2; choose it or one before it',
      ['git', 'Build', 'lint', 'count', 'test'],
    ],
  ])
})

test('a build that can no longer go on where another left off says why, and runs nothing', async () => {
  const { one, first, bridge, offer } = await calc(steps, ['local', 'other'])
  const red = await one.build('a', { branch: 'main', revision: first })
  await bridge.ask('slave:pause', { name: red.slave, reason: 'a test', until: null })
  const { requestId } = await bridge.ask('build:retryFrom', { id: red.id, step: 'test' })
  const builder = red.builderId
  const waits = one.master.distributor.whyWaiting(builder).map(reason => reason.kind)
  const twice = (await offer(red)).problem
  // Elsewhere others may go before it.
  const other = await one.build('a', { branch: 'main', revision: first })
  const config = one.master.config.current
  one.configure({
    slaves: config.slaves.map(({ name }) => ({ name })),
    projects: config.projects.map(({ name, repository }) => ({ name, repository, poll: 'off' })),
    schedulers: [],
    builders: [
      {
        name: 'a',
        project: 'calc',
        slaves: ['local', 'other'],
        steps: [...steps.slice(0, 2), steps[3]],
      },
    ],
  })
  await bridge.ask('slave:unpause', { name: red.slave })
  await one.completed(requestId)
  const refused = one.data.buildsOfRequest(requestId)[0]!
  expect([waits, twice, other.slave === red.slave, outcome(refused), one.steps(refused)]).toEqual([
    ['paused'],
    `a build of a waits already to be retried on ${red.slave}`,
    false,
    'cancelled: not retried: builder "a" has no step "test"',
    {},
  ])
})

test('another master builds what waits to be retried, and goes on with what is being retried', async () => {
  const { one, first, bridge } = await calc([
    ...steps.slice(0, 2),
    { shell: 'echo on; while [ ! -e ../go ]; do sleep 0.02; done; test -e ../fixed', name: 'test' },
  ])
  const request = one.request('a', { branch: 'main', revision: first })
  const { buildId } = await one.wrote('test', 'on')
  const red = one.data.build(buildId)!
  writeFileSync(join(folder(one, red), 'go'), '')
  await one.completed(request)
  rmSync(join(folder(one, red), 'go'))
  one.data.pauseSlave(red.slave, { reason: 'a test' })
  const { requestId } = await bridge.ask('build:retryFrom', { id: red.id, step: 'test' })
  bridge.news.stop()
  await one.restart()
  const wrote = one.wrote('test', 'on')
  one.data.unpauseSlave(red.slave)
  await wrote
  await one.restart({}, 'leave')
  writeFileSync(join(folder(one, red), 'fixed'), '')
  writeFileSync(join(folder(one, red), 'go'), '')
  await one.completed(requestId)
  const tries = one.data.buildsOfRequest(requestId)
  expect([tries.map(outcome), one.steps(tries[0]!).Build]).toEqual([
    ['success: build successful'],
    'skipped: as in #1',
  ])
})

test('a folder that is gone is not built on, and a property of that name that a person gives means nothing', async () => {
  const { one, first, retry } = await calc()
  const red = await one.build('a', { branch: 'main', revision: first })
  rmSync(join(folder(one, red), 'build'), { recursive: true })
  const again = await retry(red, 'test')
  const there = existsSync(join(folder(one, red), 'build/.git'))
  const properties = { retry_from: { build: 1, step: 'test', slave: 'nobody' } }
  const given = await one.build('a', { branch: 'main', revision: first, properties })
  expect([outcome(again), there, one.steps(given).Build]).toEqual([
    'failure: failed in git: the workspace that this build was to go on from is gone; rebuild it whole',
    false,
    'success',
  ])
})

test('a row of such a property that a hand has spoilt is as good as nothing, and what waits with it is built', async () => {
  const { one, first, bridge, offer } = await calc()
  const red = await one.build('a', { branch: 'main', revision: first })
  const property = { name: 'retry_from', source: 'Retry' }
  const of = (build: number) => JSON.stringify({ build, step: 'test', slave: red.slave })
  // One that goes on from itself would never come to an end.
  spoil(one.dataDir, db => {
    db.run("UPDATE steps SET results = 3 WHERE name = 'Build'")
    insertRows(db, 'build_properties', [{ build_id: red.id, ...property, value: of(red.number) }])
  })
  const { steps: offered } = await offer(red)
  one.data.pauseSlave(red.slave, { reason: 'a test' })
  const values = [of(red.number + 1), ...ODD_JSON]
  const waiting = values.map(() => one.request('a', { branch: 'main', revision: first }))
  spoil(one.dataDir, db => {
    for (const [i, id] of waiting.entries()) {
      const { buildsetId: buildset_id } = one.data.request(id)!
      insertRows(db, 'buildset_properties', [{ buildset_id, ...property, value: values[i]! }])
    }
    db.run("UPDATE environments SET content = '{}'")
  })
  const waits = one.master.distributor.whyWaiting(red.builderId).map(reason => reason.kind)
  one.data.unpauseSlave(red.slave)
  await one.completed(waiting.at(-1)!)
  const builds = waiting.flatMap(id => one.data.buildsOfRequest(id))
  const { environment, retriedFrom } = await bridge.ask('build:details', builds[1]!.id)
  expect([waits, builds.map(outcome), environment, retriedFrom]).toEqual([
    ['paused'],
    [
      'cancelled: not retried: #2 still runs',
      ...ODD_JSON.map(() => 'failure: failed in test: exit status 1'),
    ],
    null,
    null,
  ])
  expect([offered, bridge.faults]).toEqual([['git', 'Build', 'test'], []])
})
