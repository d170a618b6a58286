import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { callHandler } from '../../main/bridge/call.ts'
import type { Answer, Arguments, Channel } from '../../main/bridge/contract.ts'
import { createApp } from '../../main/http/app.ts'
import { createSecurity } from '../../main/http/security.ts'
import type { Slave } from '../../main/master/model.ts'
import { openBridge } from '../helpers/bridge.ts'
import { testGate } from '../helpers/gate.ts'
import { outcome, type TestMaster, type TestMasterOptions, testMaster } from '../helpers/master.ts'
import { isGone } from '../helpers/processes.ts'

// biome-ignore lint/suspicious/noExplicitAny: what it is, is compared as a whole.
type Json = any

interface Desk extends TestMaster {
  ask<C extends Channel>(channel: C, ...args: Arguments<C>): Promise<Answer<C>>
  /** The answer of the REST API. */
  get(path: string): Promise<Json>
  post(path: string, method: string, params?: object): Promise<Json>
  closeNews(): void
  slaveIs(wanted: (slave: Slave) => boolean): Promise<Slave>
}

const CONFIG = `# mine
slaves:
  - name: local # here
  - name: mini
    kind: remote
builders:
  - name: one
    slaves: [local]
    steps:
      - { name: wait, shell: 'echo begun; while [ ! -e go ]; do sleep 0.02; done' }
  - name: two
    slaves: [local]
    steps: [{ shell: "true" }]
`

async function desk(options: TestMasterOptions = {}): Promise<Desk> {
  const own = await testMaster({ config: CONFIG, ...options })
  const { ask, handlers, news } = openBridge(own.master)
  const log = () => {}
  const gate = testGate()
  const doors = { master: own.master, handlers, news, gate, staticDir: '', log }
  const security = createSecurity(gate, () => undefined)
  const app = createApp({ ...doors, ticketUrl: () => null }, security)
  const headers = { authorization: 'Bearer t' }
  const call = async (path: string, init: RequestInit): Promise<Json> => {
    const env = { incoming: { headers } } as never
    return (await app.request(`/api/v2/${path}`, { ...init, headers }, env)).json()
  }
  const made: Desk = Object.assign(own, {
    ask,
    closeNews: news.stop,
    get: (path: string) => call(path, {}),
    post: (path: string, method: string, params: object = {}) =>
      call(path, {
        method: 'POST',
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      }),
    async slaveIs(wanted: (slave: Slave) => boolean) {
      const now = own.data.slave('local')!
      return wanted(now)
        ? now
        : own.until('slave/changed', slave => slave.name === 'local' && wanted(slave))
    },
  })
  await made.slaveIs(slave => slave.state === 'online')
  return made
}

test('a slave that drains finishes its build, goes, stays away over a restart, and comes back when it is wanted', async () => {
  const one = await desk()
  const { pid } = (await one.slaveIs(slave => slave.state === 'online')).info
  const first = one.request('one')
  await one.wrote('wait', 'begun')
  await one.ask('slave:drain', { name: 'local', on: true })
  const second = one.request('two')
  const [waiting] = (await one.get('buildrequests?complete=false&claimed=false')).buildrequests
  one.master.distributor.stopBuild(one.data.runningBuilds()[0]!.id, 'go on')
  await one.completed(first)
  const { state } = await one.slaveIs(slave => slave.reason === 'it has been drained')
  await isGone(Number(pid))
  one.closeNews()
  await one.restart()
  const after = one.data.slave('local')!
  // Bridges of before the restart speak to a master that is gone.
  one.data.setSlaveDraining('local', false)
  await one.completed(second)
  expect([waiting.waiting, state, after.state, after.draining]).toEqual([
    {
      reason: 'local drains and takes no new builds',
      reasons: [{ kind: 'draining', slave: 'local' }],
    },
    'offline',
    'offline',
    true,
  ])
})

test('the builds of a slave that is killed are tried again on the one that takes its place', async () => {
  const one = await desk()
  const { pid } = one.data.slave('local')!.info
  const id = one.request('one')
  await one.wrote('wait', 'begun')
  expect((await one.post('workers/local', 'kill')).result).toBe(null)
  await one.until('build/changed', build => build.completeAt !== null)
  await one.wrote('wait', 'begun')
  const builds = one.data.buildsOfRequest(id)
  for (const build of one.data.runningBuilds()) one.master.distributor.stopBuild(build.id, 'enough')
  await one.completed(id)
  await isGone(Number(pid))
  expect(builds.map(outcome)).toEqual(['retry: local was killed by the HTTP API', 'not yet'])
})

test('a slave is taken out of master.yml, but not from under a builder that names it', async () => {
  const one = await desk()
  const refused = await one.ask('slave:remove', { name: 'local' }).catch(error => error.message)
  const removed = await one.post('workers/mini', 'remove')
  const again = await one.ask('slave:remove', { name: 'mini' }).catch(error => error.message)
  expect([removed.result, refused, again, readFileSync(one.configFile, 'utf8')]).toEqual([
    null,
    expect.stringMatching(
      /^slave "local" can't be removed, the configuration would be faulty: .*builders\[0\].slaves\[0\]: there is no slave "local"/,
    ),
    'slave "mini" is no longer configured',
    CONFIG.replace('  - name: mini\n    kind: remote\n', ''),
  ])
  expect(one.data.slave('mini')!.active).toBe(false)
})

test.each(['1e3', '-1', '99999999999999999999'])('a limit of %s is refused', async limit => {
  const { error } = await (await desk()).get(`builds?limit=${limit}`)
  expect(error).toBe(`limit must be a whole number from 0, not "${limit}"`)
})

test('builds that end in exceptions put their slave into quarantine, which a person may end', async () => {
  const one = await desk({
    config: {
      builders: [
        { name: 'bad', steps: [{ shell: 'true', name: 'x', workdir: 'a\0b' }] },
        { name: 'good', steps: [{ shell: 'true' }] },
      ],
    },
  })
  const bad = await one.build('bad')
  const { quarantine } = await one.slaveIs(slave => slave.quarantine !== null)
  const id = one.request('good')
  const [waiting] = (await one.get('buildrequests?complete=false')).buildrequests
  const [worker] = (await one.get('workers/local')).workers
  await one.ask('slave:resetQuarantine', { name: 'local' })
  await one.completed(id)
  expect([bad.results, quarantine, waiting.waiting.reason, worker.quarantine.failures]).toEqual([
    4,
    { until: expect.any(Number), failures: 1, reason: bad.stateString },
    expect.stringMatching(/^local is in quarantine until \d\d:\d\d after an exception \(/),
    1,
  ])
})

test('a worker is paused for a time, stopped and wanted again over HTTP, and says so', async () => {
  const one = await desk()
  const until = Math.ceil(Date.now() / 1000) + 3600
  await one.post('workers/local', 'pause', { reason: 'lunch', until })
  const [paused] = (await one.get('workers/local')).workers
  await one.post('workers/local', 'stop')
  await one.slaveIs(slave => slave.state === 'offline')
  const [stopped] = (await one.get('workers/local')).workers
  await one.post('workers/local', 'unpause')
  await one.slaveIs(slave => slave.state === 'online')
  const [back] = (await one.get('workers/local')).workers
  const past = await one.post('workers/local', 'pause', { until: 1 })
  const shown = [paused, stopped, back].map(
    ({ paused, pause_reason, pause, graceful, connected_to }) => [
      paused,
      pause_reason,
      pause && [pause.by, pause.until],
      graceful,
      connected_to.length,
    ],
  )
  expect([shown, past.error.message]).toEqual([
    [
      [true, 'lunch', ['the HTTP API', until], false, 1],
      [true, 'lunch', ['the HTTP API', until], true, 0],
      [false, null, null, false, 1],
    ],
    'the pause would be over before it begins: its end is in the past',
  ])
})

test('a slave tells how its machine fares and what it found; builds wait for that, and keep it', async () => {
  const one = await desk({
    config: { builders: [{ name: 'a', requires: { git: true }, steps: [{ shell: 'true' }] }] },
  })
  const build = await one.build('a')
  const [vitals] = await one.ask('slave:vitals', 'local')
  const { link } = await one.slaveIs(slave => slave.link.clockOffsetMs !== null)
  const kept = one.data.propertiesOfBuild(build.id)['slave.tools']!.value
  expect([build.results, kept, vitals!.diskFreeBytes]).toEqual([
    0,
    expect.objectContaining({ git: expect.stringMatching(/^2\./) }),
    expect.any(Number),
  ])
  // Both ends read one clock.
  expect(Math.abs(link.clockOffsetMs!)).toBeLessThan(1000)
  expect(link).toMatchObject({ latencyMs: expect.any(Number), lastSeenAt: expect.any(Number) })
})

test('whatever is sent as a request is answered in one sentence, and nothing is thrown', async () => {
  const { master } = await desk()
  const { handlers } = openBridge(master)
  const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const force = { builderId: 1, branch: null, revision: null, reason: '' }
  const errors: string[] = []
  for (const [channel, args] of [
    [{ toString: 1 }, []],
    [null, null],
    ['nothing', []],
    ['desk:snapshot', 'text'],
    ['build:force', [{ ...force, properties: { deep: JSON.parse(nested) } }]],
    ['slave:pause', [{ name: 'local', reason: '', until: 9e15 }]],
  ]) {
    const reply = await callHandler(handlers, channel, args, () => {})
    errors.push(reply.ok ? 'was done' : reply.error)
  }

  expect(errors).toEqual([
    'a request needs the name of its channel, as text',
    'a request needs the name of its channel, as text',
    'there is no request "nothing"',
    expect.stringMatching(/^desk:snapshot: arguments: /),
    expect.any(String),
    expect.stringMatching(/^slave:pause: until: /),
  ])
  expect(errors).not.toContain('was done')
})

test('over HTTP a pause wants a text and a moment that there is', async () => {
  const { post, master } = await desk()
  const id = master.data.slave('local')!.id

  expect((await post(`workers/${id}`, 'pause', { reason: { toString: 1 } })).error.message).toBe(
    'text is needed, not a map or a list',
  )
  expect((await post(`workers/${id}`, 'pause', { until: 1e13 })).error.message).toBe(
    'until must be a moment in seconds since 1970',
  )
  expect(master.data.slave('local')!.paused).toBe(null)
})
