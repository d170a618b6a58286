import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Slave } from '../../../../main/master/model.ts'
import { FAILURE, RETRY, SUCCESS } from '../../../../main/master/results.ts'
import { later } from '../../../helpers/cleanup.ts'
import { createFakeClock } from '../../../helpers/clock.ts'
import { plainFolder, temporaryFolder } from '../../../helpers/folders.ts'
import { type TestMaster, testMaster } from '../../../helpers/master.ts'
import { eventually, isGone, killProcessesWith } from '../../../helpers/processes.ts'
import {
  packedSlave,
  type ScriptedEngine,
  scriptedEngine,
} from '../../../helpers/scripted-engine.ts'

// No Docker runs where these tests do: a script stands for its client, and a process of this
// machine for a container. The slave that comes up in it is the real one.

interface Wish {
  readonly slave?: object
  readonly steps?: readonly object[]
  readonly docker?: ScriptedEngine
  readonly clock?: ReturnType<typeof createFakeClock>
}

async function masterWith({ slave = {}, steps, docker, clock }: Wish = {}) {
  const engine = docker ?? scriptedEngine('docker', ['docker', 'podman'])
  const basedir = plainFolder('basedir')
  // A container that is killed takes its steps along; the process that stands for it does not.
  later(() => killProcessesWith(basedir))
  const master = await testMaster({
    env: engine.env,
    packedSlave: await packedSlave(),
    ...(clock && { clock }),
    config: {
      slaves: [{ name: 'box', kind: 'docker', image: 'node:24', basedir, ...slave }],
      builders: [{ name: 'calc', steps: steps ?? [{ shell: 'echo built by $(pwd)' }] }],
    },
  })
  return { master, engine, basedir }
}

const stateOf = ({ data }: TestMaster, name = 'box') => {
  const { state, reason } = data.slave(name)!
  return reason === '' ? state : `${state}: ${reason}`
}

function states(master: TestMaster, name = 'box'): string[] {
  const seen = [stateOf(master, name)]
  master.master.mq.subscribe('slave/changed', () => {
    const now = stateOf(master, name)
    if (seen.at(-1) !== now) seen.push(now)
  })
  return seen
}

// A slave is idle a moment after its build is complete.
async function buildAndRest(master: TestMaster) {
  const begun = master.until('slave/changed', one => one.building.length > 0)
  const id = master.request('calc')
  await begun
  await master.until('slave/changed', one => one.building.length === 0)
  await master.completed(id)
}

const is =
  (state: Slave['state'], reason: RegExp | string = '') =>
  (slave: Slave) =>
    slave.state === state &&
    (typeof reason === 'string' ? slave.reason.includes(reason) : reason.test(slave.reason))

test('a slave on demand, on a scripted docker, comes up when a build wants it', async () => {
  const { master, engine, basedir } = await masterWith({
    slave: {
      image: 'pulled:24',
      pull: 'always',
      network: 'none',
      volumes: ['/srv/cache:/cache'],
      env: { GREETING: 'hello' },
      arguments: ['--memory=1g'],
    },
    steps: [{ shell: 'echo $GREETING from $PWD', name: 'shell' }],
  })
  const seen = states(master)
  const build = await master.build('calc')
  const text = await master.logText(build, 'shell')
  const { id, link } = master.data.slave('box')!
  const run = engine.calls[0]!.slice(0, -1).map(word =>
    word.replace(/^(triphammer-box|triphammer\.master=).*/, '$1…'),
  )
  expect([build.results, text, build.slave, id, seen, link.how, run]).toEqual([
    SUCCESS,
    `hello from ${basedir}/calc/build\n`,
    'box',
    expect.any(Number),
    ['offline: starts on demand', 'starting: docker run pulled:24', 'online'],
    'on-demand',
    [
      ...['docker', 'run', '--rm', '--interactive', '--init', '--name', 'triphammer-box…'],
      ...['--label', 'triphammer.master=…', '--pull=always', '--network', 'none'],
      ...['--volume', '/srv/cache:/cache', '--env', 'GREETING=hello', '--memory=1g'],
      ...['--entrypoint', 'node', 'pulled:24', '-e'],
    ],
  ])
  expect(master.data.slaveConsole('box')).toContain('pulled:24: Pulling from library\r\n')
})

test('a container, on a scripted docker, goes when it had nothing to do for a while, and comes again', async () => {
  const clock = createFakeClock()
  const { master, engine } = await masterWith({ slave: { idleTimeout: '3m' }, clock })
  const seen = states(master)
  await buildAndRest(master)
  const [pid] = engine.pids
  clock.advance(2 * 60_000)
  // A build in between is a new beginning.
  await buildAndRest(master)
  clock.advance(3 * 60_000 - 1)
  const before = stateOf(master)
  const gone = master.until('slave/changed', is('offline'))
  clock.advance(1)
  await gone
  await isGone(pid!)
  await master.build('calc')
  const runs = engine.calls.filter(([, verb]) => verb === 'run').length
  expect([before, runs, seen]).toEqual([
    'online',
    2,
    [
      'offline: starts on demand',
      'starting: docker run node:24',
      'online',
      'stopping',
      'offline: starts on demand',
      'starting: docker run node:24',
      'online',
    ],
  ])
})

test('builds start as many containers, on a scripted docker, as there may be', async () => {
  const gate = join(temporaryFolder(), 'open')
  const { master, engine } = await masterWith({
    slave: { machines: 2 },
    steps: [{ shell: `while [ ! -e '${gate}' ]; do sleep 0.05; done` }],
  })
  const names = master.data
    .slaves()
    .filter(one => one.active)
    .map(one => one.name)
  const requests = ['a', 'b', 'c'].map(() => master.request('calc'))
  const all = () =>
    master.data
      .runningBuilds()
      .map(build => build.slave)
      .sort()
  await eventually(() => all().length === 2, 'two builds at once')
  const running = all()
  const runs = engine.calls.filter(([, verb]) => verb === 'run').length
  const waiting = master.data.request(requests[2]!)!.claimedAt
  writeFileSync(gate, '')
  await Promise.all(requests.map(id => master.completed(id)))
  const results = requests.map(id => master.data.buildsOfRequest(id)[0]!.results)
  expect([names, running, runs, waiting, results]).toEqual([
    ['box-1', 'box-2'],
    ['box-1', 'box-2'],
    2,
    null,
    [SUCCESS, SUCCESS, SUCCESS],
  ])
})

test('one build starts one container, on a scripted docker, though there may be more', async () => {
  const { master, engine } = await masterWith({ slave: { machines: 3 } })
  await master.build('calc')
  await master.build('calc')
  expect([engine.calls.length, stateOf(master, 'box-2')]).toEqual([1, 'offline: starts on demand'])
})

test('a container that dies in mid-build, on a scripted docker, costs a RETRY and no more', async () => {
  const marker = join(temporaryFolder(), 'second')
  const clock = createFakeClock()
  const { master, engine } = await masterWith({
    clock,
    steps: [{ shell: `test -e '${marker}' || { echo hangs; sleep 600; }`, name: 'shell' }],
  })
  const request = master.request('calc')
  await master.wrote('shell', 'hangs')
  const retried = master.until('build/changed', build => build.completeAt !== null)
  const paused = master.until('slave/changed', is('offline', 'killed'))
  writeFileSync(marker, '')
  process.kill(-engine.pids[0]!, 'SIGKILL')
  const first = await retried
  const { reason } = await paused
  clock.advance(5000)
  await master.completed(request)
  const results = master.data.buildsOfRequest(request).map(build => build.results)
  expect([first.results, reason, results]).toEqual([
    RETRY,
    'the container was killed: perhaps it had too little memory',
    [RETRY, SUCCESS],
  ])
})

test('what a container that died left is built in another one at once, on a scripted docker', async () => {
  const marker = join(temporaryFolder(), 'second')
  const clock = createFakeClock()
  const { master, engine } = await masterWith({
    clock,
    slave: { machines: 2 },
    steps: [{ shell: `test -e '${marker}' || { echo hangs; sleep 600; }`, name: 'shell' }],
  })
  const request = master.request('calc')
  await master.wrote('shell', 'hangs')
  writeFileSync(marker, '')
  process.kill(-engine.pids[0]!, 'SIGKILL')
  await master.completed(request)
  const builds = master.data.buildsOfRequest(request).map(build => [build.slave, build.results])
  expect(builds).toEqual([
    ['box-1', RETRY],
    ['box-2', SUCCESS],
  ])
})

test.each([
  [
    'the engine is missing',
    {},
    '"docker" was not found on this machine: install it, or say with "engine:" which one there is (docker or podman)',
    'absent',
  ],
  [
    'the service is down',
    {},
    'the docker service does not answer: start it, or see that DOCKER_HOST names the right one',
    'down',
  ],
  [
    'there is no such image',
    { image: 'absent:1' },
    'there is no image "absent:1" that docker could get (docker: Error response from daemon: manifest for absent:1 not found: manifest unknown.)',
  ],
  [
    'the image has no Node',
    { image: 'bare:1' },
    'there is no "node" in image bare:1: a slave needs Node 22 or later there; install it, or say with "node:" where it is',
  ],
  [
    "the image's Node is old",
    {
      env: {
        NODE_OPTIONS: `--import "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'18.19.1'})"`,
      },
    },
    'image node:24 has Node 18.19.1, and a slave needs Node 22 or later: install it there, or say with "node:" where it is',
  ],
  [
    'the folder can not be written',
    { basedir: '/dev/null/builds' },
    /^image node:24 has no folder for builds that can be written \(ENOTDIR: .*\): say with "basedir:" where one is$/,
  ],
])(
  'that %s is told in a sentence, on a scripted docker, and the build waits',
  async (_, slave, words, how?: string) => {
    const docker = scriptedEngine('docker')
    if (how === 'down') writeFileSync(join(docker.folder, 'down'), '')
    if (how === 'absent') docker.env.PATH = '/nowhere'
    const { master } = await masterWith({ slave, docker })
    const told = master.until(
      'slave/changed',
      one => one.state === 'offline' && one.reason !== 'starts on demand',
    )
    const id = master.request('calc')
    const { reason } = await told
    const { claimedAt, completeAt } = master.data.request(id)!
    const waits = master.master.distributor.whyWaiting(master.data.builderByName('calc')!.id)
    expect([reason, claimedAt, completeAt]).toEqual([
      typeof words === 'string' ? words : expect.stringMatching(words),
      null,
      null,
    ])
    expect(JSON.stringify(waits)).toContain(JSON.stringify(reason).slice(1, -1))
    expect(master.data.slaveConsole('box')).toContain(`[${reason}; it can be started again in 5 s]`)
  },
)

test('an image that greets on stdout is no trouble, on a scripted podman', async () => {
  const { master, engine } = await masterWith({ slave: { engine: 'podman', image: 'chatty:1' } })
  const build = await master.build('calc')
  expect([build.results, engine.calls[0]![0], engine.calls[0]!.includes('--init')]).toEqual([
    SUCCESS,
    'podman',
    false,
  ])
  expect(master.data.slaveConsole('box')).toContain('Welcome to this image!')
})

test('containers go with their master, on a scripted docker, and the next one builds anew', async () => {
  const marker = join(temporaryFolder(), 'second')
  const { master, engine } = await masterWith({
    steps: [{ shell: `test -e '${marker}' || { echo begun; sleep 600; }`, name: 'shell' }],
  })
  const request = master.request('calc')
  await master.wrote('shell', 'begun')
  const pids = engine.pids
  // What the next master would find if this one were killed now: nobody to wait for.
  const awaited = master.data.carriedBuilds().map(one => one.slaveRun)
  writeFileSync(marker, '')
  await master.restart({}, 'leave')
  await isGone(...pids)
  await master.completed(request)
  const results = master.data.buildsOfRequest(request).map(build => build.results)
  expect([pids.length, awaited, results]).toEqual([1, [null], [RETRY, SUCCESS]])
})

test('what a step in a container says and how it ends arrives as from any slave, on a scripted docker', async () => {
  const { master } = await masterWith({
    steps: [
      { shell: 'head -c 3000000 /dev/zero | tr "\\0" x; echo; echo to stderr >&2', name: 'long' },
      { shell: 'exit 7', name: 'fails' },
    ],
  })
  const build = await master.build('calc')
  const text = await master.logText(build, 'long', { streams: ['stdout'] })
  expect([build.results, text.length, master.steps(build)]).toEqual([
    FAILURE,
    3_000_001,
    { long: 'success', fails: 'failure: exit status 7' },
  ])
})

test('a slave with another image is brought up anew, and one that is named no more goes', async () => {
  const { master, engine, basedir } = await masterWith()
  await master.build('calc')
  const [first] = engine.pids
  master.configure({
    slaves: [{ name: 'box', kind: 'docker', image: 'other:24', basedir }],
    builders: [{ name: 'calc', steps: [{ shell: 'true' }] }],
  })
  const build = await master.build('calc')
  await isGone(first!)
  const images = engine.calls.filter(([, verb]) => verb === 'run').map(call => call.at(-3))
  const [second] = engine.pids
  master.configure({ builders: [{ name: 'calc', steps: [{ shell: 'true' }] }] })
  await isGone(second!)
  expect([build.results, images, existsSync(basedir)]).toEqual([
    SUCCESS,
    ['node:24', 'other:24'],
    true,
  ])
})
