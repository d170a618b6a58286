import '../helpers/with-processes.ts'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { CHANNELS } from '../../main/bridge/call.ts'
import { startHost } from '../../main/host/host.ts'
import { later } from '../helpers/cleanup.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { createRandom, freshSeed, type Random } from '../helpers/random.ts'

const BRIDGE_CALLS = 900
const REST_CALLS = 500
const FRAMES = 40

const CONFIG = `slaves: [{ name: mini, kind: remote }]
builders: [{ name: a, steps: [{ shell: "true" }] }]
`

/** A master as it is served, with every door, and what it said to nobody but its log. */
async function serve() {
  const dataDir = temporaryFolder('rubbish')
  writeFileSync(join(dataDir, 'master.yml'), CONFIG)
  const host = await startHost({
    dataDir,
    shell: 'headless',
    http: { host: '127.0.0.1', port: 0 },
  })
  later(() => host.stop())
  await host.whenRunning
  const authorization = { authorization: `Bearer ${host.token}` }
  const send = (method: string, path: string, body?: string) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const url = `${host.http!.url}${path}`
      const sent = request(url, { method, headers: authorization, agent: false }, response => {
        let text = ''
        response.on('data', part => (text += part))
        response.on('end', () => resolve({ status: response.statusCode!, text }))
      })
      sent.on('error', error =>
        reject(new Error(`${method} ${path} ${body?.length}: ${error.message}`)),
      )
      sent.end(body)
    })
  return {
    send,
    url: host.http!.url,
    authorization,
    // What nobody expected is there with its stack.
    unexpected: () =>
      readFileSync(join(dataDir, 'app.log'), 'utf8')
        .split('\n')
        .filter(line => /^\s+at |Unhandled|Error:/.test(line)),
  }
}

const WORDS = [
  '',
  'a',
  'mini',
  '0',
  '-1',
  '__proto__',
  'constructor',
  'toString',
  '../../../etc/passwd',
  '/',
  '%00',
  "'; DROP TABLE builds; --",
  '<script>alert(1)</script>',
  '\u0000\u001b[2J\u0007',
  '\ud800',
  '127.0.0.1:1',
  'ext::sh -c x',
  '--upload-pack=x',
  '$' + '{{ prop.a }}',
  '🚀'.repeat(50),
  'x'.repeat(1001),
  'x'.repeat(300_000),
]
const KEYS =
  'id name builderId buildId logId branch revision reason properties limit before from to at side parts offsetMs by project who search order suite a b builders pattern regex ignoreCase first last count line byte above rowless slave cols rows terminalId data upTo address code fingerprint tags maxBuilds password repository draft build what into keep maxSizeBytes daily place replace tray muted how agreed check channel apply startedAt seq on until step __proto__'.split(
    ' ',
  )

function rubbish(random: Random, depth = 0): unknown {
  const kind = random.int(0, depth > 3 ? 5 : 9)
  if (kind === 0) return null
  if (kind === 1) return random.chance(0.5)
  if (kind === 2) return random.pick([0, 1, 2, -1, 0.5, 1e308, -0, 2 ** 53, 5_000_000_000])
  if (kind <= 5) return random.pick(WORDS)
  if (kind === 6) return nested(random.pick([10, 65, 3000]))
  const count = random.pick([0, 1, 2, 3, 6])
  const parts = Array.from({ length: count }, () => rubbish(random, depth + 1))
  if (kind === 7) return parts
  return Object.fromEntries(parts.map(part => [random.pick(KEYS), part]))
}

function nested(depth: number): unknown {
  let inner: unknown = []
  for (let i = 0; i < depth; i++) inner = i % 2 ? [inner] : { properties: inner }
  return inner
}

// A sentence that a person can read, and nothing of how the program is made.
const SENTENCE =
  /^(?!.*(?:is not a function|Cannot read prop|RangeError|call stack|received ))[\s\S]{1,1500}$/

const seed = freshSeed()

test(`${BRIDGE_CALLS} random calls of the bridge, over all channels, are answered in words (seed ${seed})`, async () => {
  const random = createRandom(seed)
  const { send, unexpected } = await serve()
  for (let i = 0; i < BRIDGE_CALLS; i++) {
    const channel = CHANNELS[i % CHANNELS.length]!
    const args = random.chance(0.8)
      ? [rubbish(random), ...(random.chance(0.1) ? [1] : [])]
      : rubbish(random)
    // Those without arguments would do what they are for.
    const body = JSON.stringify(Array.isArray(args) && args.length === 0 ? [1] : args)
    const { status, text } = await send('POST', `/bridge/${channel}`, body)
    const reply = JSON.parse(text)
    expect([channel, body.slice(0, 200), status]).toEqual([
      channel,
      body.slice(0, 200),
      reply.ok ? 200 : 400,
    ])
    if (!reply.ok) expect(`${channel}: ${reply.error}`).toMatch(SENTENCE)
  }
  const { status } = await send('GET', '/healthz')
  expect([status, unexpected()]).toEqual([200, []])
})

test(`${REST_CALLS} random questions and orders over REST are answered, and none by a fault of ours (seed ${seed})`, async () => {
  const random = createRandom(seed)
  const { send, unexpected } = await serve()
  const nouns =
    'builders builds steps logs buildrequests buildsets changes workers schedulers forceschedulers masters nothing'
  const paths = nouns.split(' ')
  const part = () => encodeURIComponent(random.pick(WORDS).slice(0, 500).toWellFormed())
  for (let i = 0; i < REST_CALLS; i++) {
    let path = `/api/v2/${random.pick(paths)}`
    for (let n = random.int(0, 3); n > 0; n--)
      path += `/${random.chance(0.5) ? part() : random.pick(paths)}`
    if (random.chance(0.6)) {
      const ops = ['', '__eq', '__lt', '__contains', '__in', '__nonsense']
      const key = random.pick([
        'limit',
        'offset',
        'order',
        'field',
        'property',
        'number',
        '__proto__',
      ])
      path += `?${key}${random.pick(ops)}=${part()}`
    }
    const method = random.pick([
      'force',
      'stop',
      'rebuild',
      'cancel',
      'pause',
      'unpause',
      '__proto__',
    ])
    const order = random.chance(0.7)
      ? { jsonrpc: '2.0', id: rubbish(random), method, params: rubbish(random) }
      : rubbish(random)
    const posts = random.chance(0.5)
    const { status, text } = await (posts
      ? send('POST', path, JSON.stringify(order))
      : send('GET', path))
    const asked = `${posts ? 'POST' : 'GET'} ${path.slice(0, 200)}`
    expect([asked, [200, 400, 404, 501].includes(status) ? 0 : status]).toEqual([asked, 0])
    expect(text).toMatch(/^[{[<]/)
  }
  const { status } = await send('GET', '/healthz')
  expect([status, unexpected()]).toEqual([200, []])
})

test(`${FRAMES} rubbish frames over the WebSocket end at most their own line (seed ${seed})`, async () => {
  const random = createRandom(seed)
  const { send, unexpected, url, authorization } = await serve()
  const text = () =>
    random.pick([
      () => '',
      () => 'null',
      () => '[]',
      () => '7',
      () => 'not JSON',
      () =>
        `{"id":${'['.repeat(100_000)}${']'.repeat(100_000)},"channel":"desk:snapshot","args":[]}`,
      () =>
        JSON.stringify({ id: rubbish(random), channel: rubbish(random), args: rubbish(random) }),
      () => JSON.stringify({ id: 1, channel: random.pick(CHANNELS), args: [rubbish(random), 1] }),
      () => random.bytes(random.int(0, 3000)),
    ])()
  for (let i = 0; i < FRAMES; i++) {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/bridge`, {
      headers: { ...authorization, origin: url },
    })
    await once(socket, 'open')
    socket.on('error', () => {})
    const frame = text()
    socket.send(frame, { binary: random.chance(0.2) })
    // Whatever became of the first, the line answers or is closed.
    socket.send(JSON.stringify({ id: 'after', channel: 'person:identity', args: [] }))
    const answered = new Promise(resolve => {
      socket.on('message', data => String(data).includes('"after"') && resolve('answered'))
      socket.on('close', () => resolve('closed'))
    })
    expect(['answered', 'closed']).toContain(await answered)
    socket.terminate()
  }
  const { status } = await send('GET', '/healthz')
  expect([status, unexpected()]).toEqual([200, []])
})

test('a body that is too large is refused with its limit, and read no further', async () => {
  const { send } = await serve()
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'force',
    params: { revision: 'x'.repeat(10_000_000) },
  })
  const told = { error: { message: 'What was sent is larger than 4 MB.' } }
  for (const path of ['/api/v2/forceschedulers/force', '/bridge/build:force']) {
    const { status, text } = await send('POST', path, body)
    expect([path, status, JSON.parse(text)]).toEqual([path, 413, told])
  }
})

test('REST refuses in a sentence what is too long, too deep or too much', async () => {
  const { send } = await serve()
  const deep = `{"builderid":"a","properties":{"a":${'['.repeat(5000)}${']'.repeat(5000)}}}`
  const many = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`p${i}`, i]))
  const faults: [params: object | string, message: string][] = [
    [{ revision: 'x'.repeat(100_000) }, 'revision: must have at most 1000 characters'],
    [{ properties: 'x' }, 'properties must be a map of names to values'],
    [{ properties: [1, 2] }, 'properties must be a map of names to values'],
    [{ properties: many }, 'properties: must be at most 1000 properties'],
    [
      { properties: { a: 'x'.repeat(100_001) } },
      'properties.a: must have at most 100000 characters',
    ],
    [deep, 'what was sent is nested more than 64 levels deep'],
  ]
  for (const [params, message] of faults) {
    const written =
      typeof params === 'string' ? params : JSON.stringify({ builderid: 'a', ...params })
    const order = `{"jsonrpc":"2.0","id":1,"method":"force","params":${written}}`
    const { status, text } = await send('POST', '/api/v2/forceschedulers/force', order)
    expect([status, JSON.parse(text).error.message]).toEqual([400, message])
  }
})
