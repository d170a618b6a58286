import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Build } from '../../main/master/model.ts'
import { outcome, type TestMaster, testMaster } from '../helpers/master.ts'
import { eventually, isAlive, isGone, processesWith } from '../helpers/processes.ts'

const folder = (one: TestMaster, builder = 'a') =>
  join(one.dataDir, 'slaves/local', builder, 'build')

const file = (one: TestMaster, name: string, builder?: string) =>
  eventually(() => {
    try {
      return readFileSync(join(folder(one, builder), name), 'utf8').trim() || undefined
    } catch {
      return undefined
    }
  }, name)

const go = (one: TestMaster, name = 'go') => writeFileSync(join(folder(one), name), '')
const waitFor = (name: string) => `while [ ! -e ${name} ]; do sleep 0.02; done`

const config = (steps: readonly unknown[], outer: object = {}) => ({
  slaves: [{ name: 'local', maxBuilds: 2 }],
  builders: [{ name: 'a', steps }],
  ...outer,
})

const ended = (one: TestMaster, build: Build) => one.completed(build.requestId)

test('a build goes on while its master is away, and the next one brings it to its own end', async () => {
  const steps = [
    { shell: 'echo once >> times; echo first', name: 'first' },
    { shell: `echo $$ > pid; echo before; ${waitFor('go')}; echo after`, name: 'second' },
    { shell: 'wc -l < times', name: 'third' },
  ]
  const one = await testMaster({ config: config(steps) })
  one.request('a')
  const { buildId } = await one.wrote('second', 'before')
  const pid = Number(await file(one, 'pid'))
  await one.stop('leave')
  const between = isAlive(pid)
  go(one)
  await isGone(pid)
  await one.restart()
  const build = one.data.build(buildId)!
  await ended(one, build)
  const { number, completeAt: _, ...rest } = one.data.build(buildId)!
  expect([
    between,
    number,
    rest.results,
    one.master.carried,
    one.data.builds({ limit: 9 }).length,
  ]).toEqual([true, 1, 0, [buildId], 1])
  expect([
    one.steps(build),
    await one.logText(build, 'first'),
    await one.logText(build, 'second'),
    (await one.logText(build, 'third')).trim(),
  ]).toEqual([
    { first: 'success', second: 'success', third: 'success' },
    'first\n',
    'before\nafter\n',
    '1',
  ])
})

test('what a carried build says goes on where it was, and nothing of its log is written twice', async () => {
  const steps = [
    'git',
    {
      shell: `i=0; while [ ! -e go ]; do i=$((i+1)); echo "line $i"; echo "$i" > last; sleep 0.001; done`,
      name: 'count',
      logfiles: { side: 'last' },
    },
  ]
  const one = await testMaster({ config: config(steps.slice(1)) })
  one.request('a')
  const { buildId } = await one.wrote('count', 'line 20\n')
  for (let i = 0; i < 2; i++) {
    await one.restart({}, 'leave')
    const known = (await one.logText(one.data.build(buildId)!, 'count')).length
    await eventually(() => Number(readFileSync(join(folder(one), 'last'), 'utf8')) > 0, 'a line')
    await one.until('log/appended', news => news.byteCount > known + 100)
  }
  go(one)
  const build = one.data.build(buildId)!
  await ended(one, build)
  const count = Number(await file(one, 'last'))
  const lines = Array.from({ length: count }, (_, i) => `line ${i + 1}\n`).join('')
  expect([
    outcome(one.data.build(buildId)!),
    (await one.logText(build, 'count')) === lines,
    (await one.logText(build, 'count', { streams: ['header'] })).match(/exit status/g),
  ]).toEqual(['success: build successful', true, ['exit status']])
})

test('tests that a program told of before and after are all counted', async () => {
  const steps = [
    {
      test: `echo 1..3; echo ok 1 - one; echo ok 2 - two; echo $$ > pid; ${waitFor('go')}; echo not ok 3 - three`,
      name: 'test',
    },
  ]
  const one = await testMaster({ config: config(steps) })
  one.request('a')
  const { buildId } = await one.wrote('test', 'two')
  await one.restart({}, 'leave')
  go(one)
  const build = one.data.build(buildId)!
  await ended(one, build)
  expect([
    outcome(one.data.build(buildId)!),
    one.data
      .testResultsOfBuild(buildId, 9)
      .map(({ name, outcome }) => `${name} ${outcome}`)
      .sort(),
  ]).toEqual([
    'failure: failed in test: 1 of 3 tests failed',
    ['one passed', 'three failed', 'two passed'],
  ])
})

test('a build whose slave died with its master is tried again at once', async () => {
  const one = await testMaster({
    config: config([
      { shell: `echo $$ > pid; echo on; [ -e again ] || { touch again; sleep 600; }`, name: 'x' },
    ]),
  })
  const id = one.request('a')
  await one.wrote('x', 'on')
  const slave = one.data.slave('local')!.info.pid as number
  await one.stop('leave')
  process.kill(slave, 'SIGKILL')
  await isGone(slave)
  await one.restart()
  await one.completed(id)
  expect(one.data.buildsOfRequest(id).map(outcome)).toEqual([
    'retry: slave died: it ended while no master ran',
    'success: build successful',
  ])
  const [first] = one.data.buildsOfRequest(id)
  expect([
    await one.logText(first!, 'x'),
    one.data.logsOfBuild(first!.id).map(log => log.complete),
  ]).toEqual(['on\n', [true]])
})

test('a stop that was asked for before the master went away is done by the next', async () => {
  const one = await testMaster({
    config: config([{ shell: 'echo $$ > pid; echo on; sleep 600', name: 'x' }]),
  })
  const id = one.request('a')
  const { buildId } = await one.wrote('x', 'on')
  const pid = Number(await file(one, 'pid'))
  one.data.setBuildEnding(buildId, { results: 6, why: 'enough of it' })
  await one.restart({}, 'leave')
  await one.completed(id)
  expect([one.data.buildsOfRequest(id).map(outcome), await isGone(pid)]).toEqual([
    ['cancelled: enough of it'],
    true,
  ])
})

test('locks and places of carried builds are taken before anything new is served', async () => {
  const step = { shell: `echo on; ${waitFor('go')}`, name: 'x', locks: ['gpu'] }
  const outer = {
    slaves: [{ name: 'local', maxBuilds: 3 }],
    locks: [{ name: 'gpu' }, { name: 'disk' }],
    builders: [
      { name: 'a', locks: ['disk'], steps: [step] },
      { name: 'b', steps: [{ ...step, shell: 'true' }] },
      { name: 'c', locks: ['disk'], steps: [{ shell: 'true' }] },
    ],
  }
  const one = await testMaster({ config: outer })
  const a = one.request('a')
  await one.wrote('x', 'on')
  const b = one.request('b')
  const c = one.request('c')
  await one.until('step/changed', step => step.stateString.startsWith('waits'))
  await one.restart({}, 'leave')
  const waiting = await eventually(() => {
    const all = one.data.runningBuilds().flatMap(build => one.data.stepsOfBuild(build.id))
    return all.find(step => step.stateString.startsWith('waits for lock gpu'))
  }, 'the wait for the lock')
  const { distributor } = one.master
  const why = await eventually(() => {
    const said = distributor.whyWaiting(one.data.builderByName('c')!.id)
    return said.some(reason => reason.kind === 'lock') ? said : undefined
  }, 'the slave')
  go(one)
  await Promise.all([a, b, c].map(one.completed))
  expect([waiting.completeAt, why, one.data.builds({ limit: 9 }).map(outcome)]).toEqual([
    null,
    [{ slave: 'local', kind: 'lock', lock: 'disk', holders: ['a #1'] }],
    Array(3).fill('success: build successful'),
  ])
})

test('idle slaves go with their master, and one that was carried on is replaced once it is idle', async () => {
  const one = await testMaster({
    config: config([{ shell: `echo on; ${waitFor('go')}`, name: 'x' }], {
      slaves: [{ name: 'local' }, { name: 'idle' }],
      builders: [
        {
          name: 'a',
          slaves: ['local'],
          steps: [{ shell: `echo on; ${waitFor('go')}`, name: 'x' }],
        },
      ],
    }),
  })
  const id = one.request('a')
  await one.wrote('x', 'on')
  const pids = ['local', 'idle'].map(name => one.data.slave(name)!.info.pid as number)
  await one.stop('leave')
  const alive = pids.map(isAlive)
  await one.restart()
  go(one)
  await one.completed(id)
  await eventually(() => {
    const { state, info } = one.data.slave('local')!
    return state === 'online' && info.pid !== pids[0]
  }, 'a new slave')
  expect([alive, await isGone(pids[0]!), outcome(one.data.builds({ limit: 1 })[0]!)]).toEqual([
    [true, false],
    true,
    'success: build successful',
  ])
})

test('a master that is to stop what runs leaves nothing behind', async () => {
  const one = await testMaster({ config: config([{ shell: 'echo on; sleep 600', name: 'x' }]) })
  one.request('a')
  await one.wrote('x', 'on')
  await one.stop('stop')
  expect(processesWith(one.dataDir)).toEqual([])
})
