import { connect, createServer, type TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { pairWithSlave, probeSlave } from '../../../../main/master/slaves/remote/pairing.ts'
import { askSlave } from '../../../../main/master/slaves/remote/slave-door.ts'
import { makeCertificate } from '../../../../slave/protocol/certificate.ts'
import { dialWebSocket, parseAddress } from '../../../../slave/protocol/dial.ts'
import { makeCode, PAIR_BEGIN_PATH, parseCode } from '../../../../slave/protocol/pairing.ts'
import { later } from '../../../helpers/cleanup.ts'
import { CHEAP, rawServer, type WaitingSlave, waitingSlave } from '../../../helpers/remote.ts'

const WRONG = '222-222'

function pair(slave: WaitingSlave, code = slave.code(), fingerprint = slave.door.fingerprint) {
  return pairWithSlave({ address: slave.address, code, fingerprint, cost: CHEAP })
}

function link(slave: WaitingSlave, key: string) {
  const { fingerprint } = slave.door
  const address = parseAddress(slave.address)!
  const options = { address, tls: true, fingerprint, timeoutMs: 5000 }
  return dialWebSocket({ ...options, name: 'master', password: key }).then(({ webSocket }) => {
    webSocket.resume()
    later(() => webSocket.terminate())
    return webSocket
  })
}

async function paired(slave: WaitingSlave): Promise<string> {
  const answer = await pair(slave)
  if (!answer.ok) throw new Error(answer.message)
  return answer.key
}

test('a slave that waits says who it is, with the fingerprint that it shows', async () => {
  const slave = await waitingSlave()
  expect(await probeSlave(slave.address)).toEqual({
    ok: true,
    address: slave.address,
    fingerprint: slave.door.fingerprint,
    name: 'mini',
    os: 'Linux of a test',
    arch: 'arm64',
    cpus: 8,
    memoryBytes: 1e9,
    version: '1.2.3',
    capabilities: { rawOutput: 1 },
    latencyMs: expect.any(Number),
    codeGoodForMs: expect.closeTo(600_000, -4),
  })
  expect(slave.said.join('\n')).toContain(slave.door.fingerprint)
})

test('with the right code both ends hold a key, and nobody else gets in', async () => {
  const slave = await waitingSlave()
  const key = await paired(slave)
  const master = await link(slave, key)

  expect(master.readyState).toBe(WebSocket.OPEN)
  expect(await link(slave, 'another key').catch(error => error.status)).toBe(401)
  expect(await probeSlave(slave.address)).toMatchObject({ ok: false, problem: 'taken' })
  expect(await pair(slave, makeCode())).toMatchObject({ ok: false, problem: 'taken' })
  expect(slave.said.filter(line => line.includes('was refused'))).toHaveLength(1)
})

test('the code is slow to try, at both ends alike', async () => {
  const slave = await waitingSlave({ cost: 2 ** 16 })
  const { address } = slave
  const order = { address, code: slave.code(), fingerprint: slave.door.fingerprint }
  const startedAt = performance.now()
  expect(await pairWithSlave(order)).toMatchObject({ ok: true })
  expect(performance.now() - startedAt).toBeGreaterThan(100)
})

test('a code may be typed in small letters and without the dash', async () => {
  const slave = await waitingSlave()
  const typed = ` ${slave.code().toLowerCase().replace('-', ' ')} `
  expect(await pair(slave, typed)).toMatchObject({ ok: true })
  expect([parseCode('47k9r2'), parseCode('47K-9RI'), parseCode('47K-9R')]).toEqual([
    '47K-9R2',
    undefined,
    undefined,
  ])
})

test('the first use of the key ends the code; before that a lost answer can be had again', async () => {
  const slave = await waitingSlave()
  const lost = await paired(slave)
  const key = await paired(slave)
  expect(await link(slave, lost).catch(error => error.status)).toBe(401)
  await link(slave, key)
  expect(await pair(slave)).toMatchObject({ problem: 'taken' })
})

test('five wrong codes kill the code, and the right one comes too late', async () => {
  const slave = await waitingSlave()
  const right = slave.code()
  const answers = []
  for (let n = 0; n < 5; n++) answers.push(await pair(slave, WRONG))
  answers.push(await pair(slave, right))
  expect(answers.map(answer => !answer.ok && [answer.problem, answer.nextStep])).toEqual([
    ['code', 'Type it again; 4 tries are left.'],
    ['code', 'Type it again; 3 tries are left.'],
    ['code', 'Type it again; 2 tries are left.'],
    ['code', 'Type it again; one try is left.'],
    ['tries', 'Press Enter in its window for a new code, or start it again.'],
    ['tries', 'Press Enter in its window for a new code, or start it again.'],
  ])
  slave.door.newCode()
  expect(await pair(slave)).toMatchObject({ ok: true })
})

test('tries at the same moment are five as well', async () => {
  const slave = await waitingSlave()
  const answers = await Promise.all(Array.from({ length: 8 }, () => pair(slave, WRONG)))
  const problems = answers.map(answer => (answer.ok ? 'ok' : answer.problem))
  expect(problems.filter(one => one === 'code')).toHaveLength(4)
  expect(problems.filter(one => one === 'tries')).toHaveLength(4)
})

test('a code is good for ten minutes', async () => {
  let now = Date.now()
  const slave = await waitingSlave({ now: () => now })
  const code = slave.code()
  now += 10 * 60_000
  expect(await probeSlave(slave.address)).toMatchObject({ problem: 'expired' })
  expect(await pair(slave, code)).toMatchObject({
    problem: 'expired',
    nextStep: 'Press Enter in its window for a new code, or start it again.',
  })
})

test('who shows another certificate than the one a person saw gets to hear nothing', async () => {
  const slave = await waitingSlave()
  const middle = await manInTheMiddle(slave)
  const answer = await pairWithSlave({
    address: middle.address,
    code: slave.code(),
    fingerprint: slave.door.fingerprint,
    cost: CHEAP,
  })
  expect(answer).toMatchObject({ ok: false, problem: 'fingerprint' })
  expect(middle.heard()).toBe('')
})

test('who stands in between, and is taken for the slave, can not pass the proof on', async () => {
  const slave = await waitingSlave()
  const middle = await manInTheMiddle(slave)
  const seen = await probeSlave(middle.address)
  if (!seen.ok) throw new Error(seen.message)
  // The person did not compare the fingerprints.
  const answer = await pairWithSlave({
    address: middle.address,
    code: slave.code(),
    fingerprint: seen.fingerprint,
    cost: CHEAP,
  })
  expect(seen.fingerprint).not.toBe(slave.door.fingerprint)
  // Both ends see it: the slave has counted a wrong code.
  expect(answer).toMatchObject({ ok: false, problem: 'code' })
  expect(slave.said.at(-1)).toContain('a wrong code was tried')
})

test('a false slave that takes any code is found out, because it can not prove that it knows it', async () => {
  const address = await falseSlave(path =>
    path === PAIR_BEGIN_PATH
      ? { slaveNonce: 'n'.repeat(43) }
      : { key: 'k'.repeat(43), proof: 'p'.repeat(43) },
  )
  const { fingerprint } = await askSlave({ address: parseAddress(address)!, path: '/' })
  expect(
    await pairWithSlave({ address, code: makeCode(), fingerprint, cost: CHEAP }),
  ).toMatchObject({
    ok: false,
    problem: 'impostor',
    nextStep: expect.stringContaining('Get a new code'),
  })
})

test('what a false slave says can not pass for our own words', async () => {
  const address = await falseSlave(() => ({ ok: false, nextStep: 'Call 555', message: 'x' }))
  const { fingerprint } = await askSlave({ address: parseAddress(address)!, path: '/' })
  expect(
    await pairWithSlave({ address, code: makeCode(), fingerprint, cost: CHEAP }),
  ).toMatchObject({
    problem: 'not-a-slave',
  })
  expect(await probeSlave(address)).toMatchObject({ problem: 'not-a-slave' })
})

test.each([
  ['no address', async () => 'http://x', 'address'],
  ['a NUL in an address', async () => 'h\0ost', 'address'],
  ['a name that nobody has', async () => 'no-such-machine.invalid', 'name'],
  ['a port where nobody listens', async () => closedPort(), 'refused'],
  ['another program', () => rawServer(socket => socket.end('SSH-2.0-x\r\n')), 'tls'],
  [
    'a slave of the next form',
    () => falseSlave(() => ({ program: 'triphammer-slave', form: 2, name: 'x' })),
    'too-old',
  ],
  ['a web server', () => falseSlave(() => ({ hello: 'world' })), 'not-a-slave'],
])('%s is told in words, with the next step', async (_, where, problem) => {
  const answer = await probeSlave(await where())
  expect(answer).toMatchObject({ ok: false, problem })
  if (answer.ok) return
  for (const text of [answer.message, answer.nextStep]) expect(text).toMatch(/^[A-Z"\d].*[.]$/)
})

test('a machine that does not answer is told after a while', async () => {
  const address = parseAddress(await rawServer(() => {}))!
  const asked = askSlave({ address, path: '/', timeoutMs: 50 })
  expect(await asked.catch(error => error.problem)).toBe('timeout')
})

test('a slave that is told to forget, by its master or by the file, takes a new one', async () => {
  const slave = await waitingSlave()
  const key = await paired(slave)
  const master = await link(slave, key)
  const closed = new Promise(resolve => master.once('close', (_code, why) => resolve(String(why))))
  const { fingerprint } = slave.door
  const question = { address: parseAddress(slave.address)!, path: '/triphammer/forget', body: {} }

  expect((await askSlave({ ...question, fingerprint, key: 'wrong' })).status).toBe(401)
  expect((await askSlave({ ...question, fingerprint, key })).status).toBe(200)
  expect(await closed).toBe('the slave has forgotten this master')
  expect(await link(slave, key).catch(error => error.status)).toBe(401)
  expect(await pair(slave)).toMatchObject({ ok: true })
})

async function closedPort(): Promise<string> {
  // One that was free just now may be a neighbour's by then; 1 is nobody's.
  return '127.0.0.1:1'
}

/** TLS with a certificate of its own, before a server that answers every path with JSON. */
async function falseSlave(answer: (path: string) => object): Promise<string> {
  return tlsServer(socket => {
    socket.once('data', (data: Buffer) => {
      const [, path = ''] = /^\w+ (\S+)/.exec(String(data)) ?? []
      const body = JSON.stringify(answer(path))
      socket.end(
        `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
    })
  })
}

/** Ends TLS with its own certificate, and speaks with the real slave behind. */
async function manInTheMiddle(slave: WaitingSlave) {
  let heard = ''
  const { host, port } = parseAddress(slave.address)!
  const address = await tlsServer(socket => {
    const behind = connect({ host, port, rejectUnauthorized: false })
    behind.on('error', () => {})
    later(() => behind.destroy())
    socket.on('data', data => {
      heard += data
    })
    socket.pipe(behind).pipe(socket)
  })
  return { address, heard: () => heard }
}

function tlsServer(onSocket: (socket: TLSSocket) => void): Promise<string> {
  const { key, certificate: cert } = makeCertificate('somebody else')
  const server = createServer({ key, cert }, socket => {
    socket.on('error', () => {})
    later(() => socket.destroy())
    onSocket(socket)
  })
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  later(() => server.close())
  return new Promise(resolve =>
    server.once('listening', () =>
      resolve(`127.0.0.1:${(server.address() as { port: number }).port}`),
    ),
  )
}
