import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { Build } from '../../../main/master/model.ts'
import { RETRY } from '../../../main/master/results.ts'
import { outcome, type TestMaster, testMaster, type Wish } from '../../helpers/master.ts'
import { eventually, isAlive, isGone } from '../../helpers/processes.ts'

let one: TestMaster
beforeAll(async () => {
  one = await testMaster({ config: { slaves: [{ name: 'local', maxBuilds: 4 }] } })
})

// A hole is written in two halves, so that it is not taken for one of a template.
const hole = (inside: string) => `$\{{ ${inside} }}`

/** Makes a builder of these steps the only one. */
function configure(steps: readonly unknown[], rest: object = {}, outer: object = {}) {
  const status = one.configure({
    slaves: [{ name: 'local', maxBuilds: 4 }],
    builders: [{ name: 'it', steps, ...rest }],
    ...outer,
  })
  expect(status.problems).toEqual([])
}

async function build(steps: readonly unknown[], rest: object = {}, wish: Wish = {}) {
  configure(steps, rest)
  const build = await one.build('it', wish)
  return { build, outcome: outcome(build), steps: one.steps(build) }
}

// Its folder on the slave.
const folder = () => join(one.dataDir, 'slaves/local/it/build')

const readPid = (name: string) =>
  eventually(() => {
    try {
      return Number(readFileSync(join(folder(), name), 'utf8')) || undefined
    } catch {
      return undefined
    }
  }, `the pid in ${name}`)

test('steps run one after the other until one fails', async () => {
  const result = await build([
    { shell: 'echo 1', name: 'first' },
    { shell: 'exit 3', name: 'second' },
    { shell: 'echo 3', name: 'third' },
  ])
  expect(result).toMatchObject({
    outcome: 'failure: failed in second: exit status 3',
    steps: { first: 'success', second: 'failure: exit status 3' },
  })
})

test('what always runs does so after a failure, and may fail itself', async () => {
  const result = await build([
    { shell: 'exit 1', name: 'first' },
    { shell: 'true', name: 'never' },
    { shell: 'exit 2', name: 'clean', alwaysRun: true },
    { shell: 'true', name: 'last', alwaysRun: true },
  ])
  expect(result).toMatchObject({
    outcome: 'failure: failed in first: exit status 1',
    steps: {
      first: 'failure: exit status 1',
      clean: 'failure: exit status 2',
      last: 'success',
    },
  })
  expect(result.steps).not.toHaveProperty('never')
})

test('a failure that is to be a warning makes a build with warnings', async () => {
  const result = await build([
    {
      shell: 'exit 1',
      name: 'lint',
      flunkOnFailure: false,
      warnOnFailure: true,
      haltOnFailure: false,
    },
    { shell: 'true', name: 'after' },
  ])
  expect(result).toMatchObject({
    outcome: 'warnings: warnings in lint: exit status 1',
    steps: { lint: 'failure: exit status 1', after: 'success' },
  })
})

test('a step whose condition is not so is skipped', async () => {
  const result = await build(
    [
      { shell: 'true', name: 'release', if: 'prop.kind == "release"' },
      { shell: 'true', name: 'braces', if: hole('prop.kind == "nightly"') },
      { shell: 'true', name: 'never', if: false },
    ],
    {},
    { properties: { kind: 'nightly' } },
  )
  expect(result).toMatchObject({
    outcome: 'success: build successful',
    steps: {
      release: 'skipped: prop.kind == "release" is not so',
      braces: 'success',
      never: 'skipped: false is not so',
    },
  })
})

test('a build in which every step was skipped is skipped, not green', async () => {
  const { outcome } = await build([
    { shell: 'true', name: 'a', if: false },
    { shell: 'true', name: 'b', if: false, alwaysRun: true },
  ])
  expect(outcome).toBe('skipped: every step was skipped')
})

test('a condition that names what is not there fails its step', async () => {
  const result = await build([{ shell: 'true', name: 'a', if: 'prop.none' }])
  expect(result.steps).toEqual({ a: 'failure: there is no property "none"' })
})

test('a command that names what is not there fails with the reason in its log', async () => {
  const { build: it, steps } = await build([{ shell: `echo ${hole('prop.none')}`, name: 'a' }])
  expect([steps, await one.logText(it, 'a', { streams: ['header'] })]).toEqual([
    { a: 'failure: there is no property "none"' },
    'there is no property "none"\n',
  ])
})

test('texts are filled in commands, folders, environments and log files', async () => {
  const { build: it } = await build(
    [
      {
        shell: `echo ${hole('prop.colour')} $COLOUR; pwd; echo logged > ${hole('prop.colour')}.log`,
        name: 'shell',
        workdir: `sub/${hole('prop.colour')}`,
        env: { COLOUR: `dark ${hole('prop.colour')}` },
        logfiles: { own: `${hole('prop.colour')}.log` },
      },
      { shell: ['printf', '%s', hole('slave.name ?? "x"')], name: 'list' },
    ],
    {},
    { properties: { colour: 'red' } },
  )
  expect([
    await one.logText(it, 'shell'),
    await one.logText(it, 'shell', { log: 'own' }),
    await one.logText(it, 'list'),
  ]).toEqual([`red dark red\n${join(folder(), 'sub/red')}\n`, 'logged\n', 'local'])
})

test('a step knows what it builds, and its own values win', async () => {
  const names = 'CI TRIPHAMMER BUILDER BUILD_NUMBER BRANCH REVISION REPOSITORY MODE OWN'
  const { build: it } = await build(
    [
      {
        shell: names
          .split(' ')
          .map(name => `echo ${name}=$${name}`)
          .join('; '),
        name: 'a',
        env: { MODE: 'step', OWN: 1 },
      },
    ],
    { env: { MODE: 'builder', CI: 'yes' } },
    { branch: 'next', revision: 'r7' },
  )
  expect((await one.logText(it, 'a')).trim().split('\n')).toEqual([
    'CI=yes',
    'TRIPHAMMER=1',
    'BUILDER=it',
    `BUILD_NUMBER=${it.number}`,
    'BRANCH=next',
    'REVISION=r7',
    'REPOSITORY=',
    'MODE=step',
    'OWN=1',
  ])
})

test('properties say where they came from, and the last source wins', async () => {
  const { build: it } = await build(
    [{ shell: 'true' }],
    { properties: { colour: 'blue', size: 3 } },
    { properties: { colour: 'red' }, branch: 'next' },
  )
  expect(one.data.propertiesOfBuild(it.id)).toMatchObject({
    colour: { value: 'red', source: 'Test' },
    size: { value: 3, source: 'Builder' },
    buildername: { value: 'it', source: 'Builder' },
    slavename: { value: 'local', source: 'Slave' },
    workername: { value: 'local', source: 'Slave' },
    branch: { value: 'next', source: 'Build' },
    revision: { value: null, source: 'Build' },
    buildnumber: { value: it.number, source: 'Build' },
    scheduler: { value: 'force', source: 'Build' },
    reason: { value: 'a test', source: 'Build' },
  })
})

test('a step that is silent or takes too long is ended, and says so', async () => {
  const flags = { haltOnFailure: false }
  const result = await build([
    { shell: 'echo a; sleep 600', name: 'silent', timeout: '300ms', ...flags },
    { shell: 'while :; do echo tick; sleep 0.05; done', name: 'long', maxTime: '300ms', ...flags },
  ])
  expect(result.steps).toEqual({
    silent: 'failure: no output for 0.3 s',
    long: 'failure: ran longer than 0.3 s',
  })
})

test('a step that ignores every signal it can is stopped, with the reason, and nothing of it lives', async () => {
  const stubborn = `trap '' TERM INT HUP
    (setsid sh -c 'trap "" TERM; echo $$ > child; while :; do sleep 1; done' &)
    echo $$ > parent
    while :; do sleep 1; done`
  configure([
    { shell: stubborn, name: 'stubborn' },
    { shell: 'true', name: 'next', alwaysRun: true },
  ])
  const id = one.request('it')
  const pids = [await readPid('parent'), await readPid('child')]
  const [running] = one.data.runningBuilds() as [Build]
  const stoppedAt = Date.now()
  one.master.distributor.stopBuild(running.id, 'enough of it')
  await one.completed(id)
  const build = one.data.build(running.id)!
  expect([outcome(build), one.steps(build), pids.map(isAlive)]).toEqual([
    'cancelled: enough of it',
    { stubborn: 'cancelled: enough of it' },
    [false, false],
  ])
  expect(build.completeAt! - stoppedAt).toBeLessThan(10_000)
})

test('a build that is stopped twice keeps the first reason', async () => {
  configure([{ shell: 'echo on; sleep 600', name: 'a' }])
  const id = one.request('it')
  const step = await one.wrote('a', 'on')
  one.master.distributor.stopBuild(step.buildId, 'first')
  one.master.distributor.stopBuild(step.buildId, 'second')
  await one.completed(id)
  expect([
    one.data.build(step.buildId)!.stateString,
    one.master.distributor.stopBuild(step.buildId, 'late'),
  ]).toEqual(['first', false])
})

test('what a step left in the background ends with the build', async () => {
  const { outcome: how } = await build([
    { shell: 'setsid sleep 600 & echo $! > left', name: 'a' },
    { shell: 'kill -0 $(cat left)', name: 'still there' },
  ])
  expect([how, await isGone(await readPid('left'))]).toEqual(['success: build successful', true])
})

test('when its slave is killed a build is tried again, once, on the slave that comes back', async () => {
  configure([
    { shell: 'echo $$ >> pids; echo on; [ -e again ] || { touch again; sleep 600; }', name: 'a' },
  ])
  const id = one.request('it')
  await one.wrote('a', 'on')
  const pid = await readPid('pids')
  process.kill(one.data.slave('local')!.info.pid as number, 'SIGKILL')
  await one.completed(id)
  const builds = one.data.buildsOfRequest(id)
  expect([builds.map(outcome), builds.map(one.steps), isAlive(pid)]).toEqual([
    [expect.stringMatching(/^retry: slave died: /), 'success: build successful'],
    [{ a: expect.stringMatching(/^retry: slave died: /) }, { a: 'success' }],
    false,
  ])
  expect(one.data.request(id)).toMatchObject({ results: 0 })
})

test('a log ends where its slave was lost, and is complete', async () => {
  configure([
    { shell: 'printf "no newline"; [ -e again ] || { touch again; sleep 600; }', name: 'b' },
  ])
  const id = one.request('it')
  const step = await one.wrote('b', 'no newline')
  process.kill(one.data.slave('local')!.info.pid as number, 'SIGKILL')
  await one.completed(id)
  const first = one.data.build(step.buildId)!
  const [log] = one.data.logsOfStep(step.id)
  expect([log!.complete, await one.logText(first, 'b')]).toEqual([true, 'no newline'])
})

test('a command may have a terminal', async () => {
  const { build: it } = await build([
    { shell: 'test -t 1 && echo yes || echo no', name: 'pty', pty: true },
    { shell: 'test -t 1 && echo yes || echo no', name: 'pipe' },
  ])
  expect([await one.logText(it, 'pty'), await one.logText(it, 'pipe')]).toEqual(['yes\r\n', 'no\n'])
})

test('steps of one lock wait for each other, and say for whom', async () => {
  const steps = (name: string) => [{ shell: `echo ${name}; sleep 0.3`, name: 'x', locks: ['gpu'] }]
  one.configure({
    slaves: [{ name: 'local', maxBuilds: 4 }],
    locks: [{ name: 'gpu' }],
    builders: ['a', 'b'].map(name => ({ name, steps: steps(name) })),
  })
  const waiting = one.until('step/changed', step => step.stateString.startsWith('waits'))
  const ids = ['a', 'b'].map(name => one.request(name))
  const { stateString } = await waiting
  await Promise.all(ids.map(one.completed))
  const [a, b] = ids.map(id => one.data.stepsOfBuild(one.data.buildsOfRequest(id)[0]!.id)[0]!)
  expect(stateString).toMatch(/^waits for lock gpu, held by a #\d+$/)
  expect(b!.completeAt! - a!.completeAt!).toBeGreaterThanOrEqual(300)
})

test('a build that waits for a lock can be stopped', async () => {
  one.configure({
    slaves: [{ name: 'local', maxBuilds: 4 }],
    locks: [{ name: 'gpu' }],
    builders: ['a', 'b'].map(name => ({
      name,
      steps: [{ shell: 'sleep 600', name: 'x', locks: ['gpu'] }],
    })),
  })
  const waiting = one.until('step/changed', step => step.stateString.startsWith('waits'))
  const ids = ['a', 'b'].map(name => one.request(name))
  const { buildId } = await waiting
  one.master.distributor.stopBuild(buildId, 'no time')
  const [holder] = one.data.runningBuilds().filter(build => build.id !== buildId)
  one.master.distributor.stopBuild(holder!.id, 'nor for you')
  await Promise.all(ids.map(one.completed))
  expect(outcome(one.data.build(buildId)!)).toBe('cancelled: no time')
})

test('a build that kills its slave is given up after five lives, runs alone, and takes nobody along', async () => {
  const steps = (shell: string) => [{ shell, name: 'x' }]
  one.configure({
    slaves: [{ name: 'local', maxBuilds: 2 }],
    builders: [
      { name: 'bad', steps: steps('sleep 0.3\nkill -9 $PPID\nsleep 9') },
      { name: 'good', steps: steps('echo on; [ -e again ] || { touch again; sleep 9; }') },
    ],
  })
  one.data.pauseSlave('local', { by: 'Test', reason: '', until: null })
  const bad = one.request('bad')
  // Lives that masters before this one have seen.
  const slave = one.data.slave('local')!
  for (let life = 0; life < 3; life++) {
    const build = one.data.startBuild(bad, slave.id, {})!
    one.data.finishBuild(build.id, RETRY, 'slave died: it was ended by signal 9')
  }
  const good = one.request('good')
  one.data.unpauseSlave('local')
  await Promise.all([bad, good].map(one.completed))
  expect(one.data.buildsOfRequest(bad).slice(3).map(outcome)).toEqual([
    'retry: slave died: it was ended by signal 9',
    'exception: its slave died 5 times while it ran; the last time: it was ended by signal 9',
  ])
  expect(one.data.buildsOfRequest(good).map(outcome)).toEqual(['success: build successful'])
  expect(one.data.slave('local')!.quarantine).toBe(null)
})

test('a flood of output does not keep a build from being stopped', async () => {
  configure([{ shell: 'yes', name: 'noisy' }])
  const id = one.request('it')
  await one.wrote('noisy', 'y\n')
  const [running] = one.data.runningBuilds() as [Build]
  one.master.distributor.stopBuild(running.id, 'too loud')
  await one.completed(id)
  expect(outcome(one.data.build(running.id)!)).toBe('cancelled: too loud')
})
