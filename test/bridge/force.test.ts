import { expect, test } from 'vitest'
import { followRequest } from '../../main/cli/follow.ts'
import { createApp } from '../../main/http/app.ts'
import type { Client } from '../../main/http/client.ts'
import { createSecurity } from '../../main/http/security.ts'
import type { BuilderId, BuildRequestId } from '../../main/master/model.ts'
import { openBridge } from '../helpers/bridge.ts'
import { testGate } from '../helpers/gate.ts'
import { testMaster } from '../helpers/master.ts'

const CONFIG = {
  // One that never comes: what is asked for waits.
  slaves: [{ name: 'mini', kind: 'remote' }],
  builders: [
    { name: 'a', steps: [{ shell: 'true' }] },
    { name: 'b', steps: [{ shell: 'true' }] },
  ],
  schedulers: [
    {
      name: 'release',
      kind: 'force',
      builders: ['b'],
      properties: { level: 'high', note: 'usual' },
      priority: 9,
    },
  ],
}

async function desk(config: object = CONFIG) {
  const own = await testMaster({ config })
  const bridge = openBridge(own.master)
  const gate = testGate()
  const doors = { master: own.master, ...bridge, gate, staticDir: '', log: () => {} }
  const app = createApp(
    { ...doors, ticketUrl: () => null },
    createSecurity(gate, () => undefined),
  )
  const headers = { authorization: 'Bearer t' }
  const call = async (path: string, init: RequestInit = {}) => {
    const env = { incoming: { headers } } as never
    return (await app.request(`/api/v2/forceschedulers${path}`, { ...init, headers }, env)).json()
  }
  const force = (name: string, params: object) =>
    call(`/${name}`, {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'force', params }),
    })
  return { ...own, ...bridge, call, force, id: (name: string) => own.data.builderByName(name)!.id }
}

const order = { branch: null, revision: null, reason: 'I said so', properties: { note: 'mine' } }

test('a force scheduler gives its builds name, priority and properties, and a person has the last word', async () => {
  const one = await desk()
  const requestOf = async (name: string) => {
    const { requestId } = await one.ask('build:force', { ...order, builderId: one.id(name) })
    const { scheduler, priority, buildsetId } = one.data.request(requestId)!
    const given = Object.entries(one.data.propertiesOfBuildset(buildsetId))
    return { scheduler, priority, given: given.map(([k, { value }]) => `${k}=${value}`).sort() }
  }
  expect([await requestOf('b'), await requestOf('a')]).toEqual([
    { scheduler: 'release', priority: 9, given: ['level=high', 'note=mine', 'reason=I said so'] },
    { scheduler: 'force', priority: 0, given: ['note=mine'] },
  ])
})

test('over REST each force scheduler is asked by its name, for its own builders', async () => {
  const one = await desk()
  const { result } = await one.force('release', { builderid: 'b' })
  const refused = await one.force('release', { builderid: 'a' })
  const general = await one.force('force', { builderid: 'b' })
  const schedulerOf = (answer: [number, Record<string, BuildRequestId>]) =>
    one.data.request(answer[1][one.id('b')]!)!.scheduler
  expect([schedulerOf(result), refused.error.message, schedulerOf(general.result)]).toEqual([
    'release',
    'force scheduler "release" is not for builder "a"',
    'force',
  ])
})

test('a configured scheduler that is called force takes the place of the general one', async () => {
  const one = await desk({
    ...CONFIG,
    schedulers: [{ name: 'force', kind: 'force', builders: ['a'] }],
  })
  const { forceschedulers } = await one.call('')
  const refused = await one.force('force', { builderid: 'b' })
  expect(
    [forceschedulers, refused.error.message].map(part =>
      Array.isArray(part) ? part.map(({ name, builder_names }) => [name, builder_names]) : part,
    ),
  ).toEqual([[['force', ['a']]], 'force scheduler "force" is not for builder "b"'])
})

test('what a person asked for by a force scheduler does not vanish into a newer request', async () => {
  const one = await desk()
  const { requestId } = await one.ask('build:force', { ...order, builderId: one.id('b') })
  one.request('b', { scheduler: 'on change', collapse: true })
  expect(one.data.request(requestId)!.completeAt).toBe(null)
})

test('who waits for a build is told what it waits for', async () => {
  const one = await desk()
  const { requestId } = await one.ask('build:force', { ...order, builderId: one.id('a') })
  const client = {
    request: one.ask,
    listen: async (listener: Parameters<typeof one.news.subscribe>[0]) =>
      one.news.subscribe(listener),
  } as unknown as Client
  const words: string[] = []
  const heard = Promise.withResolvers<void>()
  const followed = followRequest(client, {
    requestId,
    show: false,
    say: text => {
      words.push(text)
      heard.resolve()
    },
  })
  await heard.promise
  await one.ask('request:cancel', { id: requestId })
  expect([await followed, words]).toEqual([undefined, [expect.stringMatching(/^mini is offline/)]])
})

test('a build asked for by nobody known is refused in words', async () => {
  const one = await desk()
  const answer = one.ask('build:force', { ...order, builderId: 99 as BuilderId })
  await expect(answer).rejects.toThrow('there is no such builder')
})
