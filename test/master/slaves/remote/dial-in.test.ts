import '../../../helpers/with-processes.ts'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import type { Attachment } from '../../../../main/master/slaves/attachment.ts'
import {
  type DialIn,
  IDENTITY_FILE,
  startDialIn,
} from '../../../../main/master/slaves/remote/dial-in.ts'
import { hashPassword, makePassword } from '../../../../main/master/slaves/remote/passwords.ts'
import { createSlowDown } from '../../../../main/master/slaves/remote/slow-down.ts'
import { dialWebSocket } from '../../../../slave/protocol/dial.ts'
import { later } from '../../../helpers/cleanup.ts'
import { createFakeClock, type FakeClock } from '../../../helpers/clock.ts'
import { temporaryFolder } from '../../../helpers/folders.ts'
import { sendRaw } from '../../../helpers/remote.ts'

interface Door {
  readonly dialIn: DialIn
  readonly clock: FakeClock
  readonly port: number
  readonly said: readonly string[]
  readonly taken: readonly WebSocket[]
  readonly folder: string
}

// As those that are made up: too long to be guessed.
const LONG = 'abcdef-ghjkmn-pqrstu-vwxyz2'
const HASHES = { right: hashPassword('right'), [LONG]: hashPassword(LONG) }

async function door(
  tls = true,
  folder = temporaryFolder('door'),
  handshakeMs?: number,
  password: keyof typeof HASHES = 'right',
): Promise<Door> {
  const clock = createFakeClock()
  const said: string[] = []
  const taken: WebSocket[] = []
  const hash = await HASHES[password]
  const dialIn = startDialIn({
    clock,
    folder,
    passwordHash: name => (name === 'mini' ? hash : undefined),
    onChanged() {},
    ...(handshakeMs !== undefined && { handshakeMs }),
    log: text => said.push(text),
  })
  later(() => dialIn.stop())
  const attachment: Pick<Attachment, 'take' | 'session'> = {
    session: undefined,
    async take(socket) {
      taken.push(socket)
      return { ended: once(socket, 'close').then(() => '') }
    },
  }
  dialIn.keep('mini', attachment as Attachment)
  dialIn.keep('new', attachment as Attachment)
  await dialIn.configure({ host: '127.0.0.1', port: 0, tls })
  return { dialIn, clock, port: dialIn.listening!.port, said, taken, folder }
}

function dial({ port }: Door, name: string, password: string, tls = true) {
  const address = { host: '127.0.0.1', port }
  const options = { address, tls, fingerprint: undefined, timeoutMs: 5000, name, password }
  return dialWebSocket(options).then(
    ({ webSocket }) => {
      later(() => webSocket.terminate())
      return 'taken'
    },
    error => error.status ?? error.problem,
  )
}

const upgrade = (more: string) =>
  `GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`
const basic = (text: string) => `Authorization: Basic ${Buffer.from(text).toString('base64')}\r\n`

test('the certificate is made once, for this user alone, and stays', async () => {
  const first = await door()
  const file = join(first.folder, IDENTITY_FILE)
  const text = readFileSync(file, 'utf8')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  await first.dialIn.stop()
  const second = await door(true, first.folder)
  expect(readFileSync(file, 'utf8')).toBe(text)
  expect(second.dialIn.listening!.fingerprint).toBe(
    /fingerprint (\S+)/.exec(first.said.join('\n'))![1],
  )
})

test('a port that is not wanted any more is closed, and links stay', async () => {
  const one = await door()
  expect(await dial(one, 'mini', 'right')).toBe('taken')
  await one.dialIn.configure(null)
  expect(await dial(one, 'mini', 'right')).toBe('refused')
  expect(one.taken.map(socket => socket.readyState)).toEqual([1])
})

test('TLS is asked for where it should be, and taken always', async () => {
  const strict = await door(true)
  const open = await door(false)
  expect([
    await dial(strict, 'mini', 'right', false),
    await dial(strict, 'mini', 'right', true),
    await dial(open, 'mini', 'right', false),
    await dial(open, 'mini', 'right', true),
  ]).toEqual([426, 'taken', 'taken', 'taken'])
  expect(strict.said.filter(line => line.includes('without encryption'))).toHaveLength(1)
})

test.each([
  ['no name', upgrade(''), '401'],
  ['another way to prove it', upgrade('Authorization: Bearer abc\r\n'), '400'],
  ['no colon', upgrade(basic('mini')), '400'],
  ['a plain request', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', '426'],
  ['no HTTP', 'SSH-2.0-OpenSSH_9\r\n\r\n', '400'],
  ['a header without end', `GET / HTTP/1.1\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, '431'],
  [
    'a right name without a key',
    upgrade(basic('mini:right')).replace(/Sec-WebSocket-Key.*\r\n/, ''),
    '400',
  ],
])('a client that sends %s is answered and closed', async (_, text, status) => {
  const one = await door(false)
  expect(await sendRaw(one.port, text)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(await dial(one, 'mini', 'right')).toBe('taken')
})

test.each([
  ['nothing at all', ''],
  ['half a request', 'GET / HTTP/1.1\r\nHost: a\r\n'],
  ['half a TLS record', '\x16\x03\x01'],
])('who connects and sends %s is closed after a while', async (_, text) => {
  const one = await door(true, undefined, 50)
  expect(await sendRaw(one.port, text)).toBe('')
})

test('who resets the connection while it is looked at does no harm', async () => {
  const one = await door(false)
  for (let n = 0; n < 5; n++) {
    const socket = connect({ host: '127.0.0.1', port: one.port })
    await once(socket, 'connect')
    socket.write(upgrade(basic('mini:right')))
    socket.resetAndDestroy()
    await once(socket, 'close')
  }
  expect(await dial(one, 'mini', 'right')).toBe('taken')
})

test('bytes that are no TLS, and a handshake that is broken off, do no harm', async () => {
  const one = await door(true)
  await sendRaw(one.port, Buffer.from([0x16, 3, 1, 255, 255, 1, 2, 3, 4]).toString('latin1'))
  const half = connectTls({ host: '127.0.0.1', port: one.port, rejectUnauthorized: false })
  half.on('error', () => {})
  half.destroy()
  expect(await dial(one, 'mini', 'right')).toBe('taken')
})

test('a text frame is dropped by the link, and deflate is not offered', async () => {
  const one = await door(false)
  const asked = upgrade(`${basic('mini:right')}Sec-WebSocket-Extensions: permessage-deflate\r\n`)
  const socket = connect({ host: '127.0.0.1', port: one.port })
  later(() => socket.destroy())
  socket.write(asked)
  const [answer] = await once(socket, 'data')
  expect(String(answer)).toMatch(/^HTTP\/1.1 101 /)
  expect(String(answer)).not.toMatch(/extensions|protocol:/i)
})

test('a wrong password is answered late, later each time, and told once', async () => {
  const one = await door(false)
  const answers: string[] = []
  for (const [n, heldMs] of [500, 1000, 2000].entries()) {
    const asked = dial(one, 'mini', `wrong ${n}`, false).then(answer => answers.push(answer))
    await timers(one.clock)
    one.clock.advance(heldMs - 1)
    expect(one.clock.waiting).toBe(1)
    one.clock.advance(1)
    await asked
  }
  expect(answers).toEqual([401, 401, 401])
  expect(one.said.filter(line => line.includes('refused'))).toEqual([
    'slave port: 127.0.0.1 was refused: wrong password for slave "mini"',
  ])
  // Nobody who knows the password waits for those who do not.
  expect(await dial(one, 'mini', 'right', false)).toBe('taken')
})

test('four tries at a name are held back at once, a fifth is sent away, and other names go on', async () => {
  const one = await door(false)
  const held = [1, 2, 3, 4].map(n => dial(one, 'nobody', `${n}`, false))
  await timers(one.clock, 4)
  expect(await dial(one, 'nobody', 'fifth', false)).toBe(429)
  expect(await dial(one, 'mini', 'right', false)).toBe('taken')
  one.clock.advance(30_000)
  expect(await Promise.all(held)).toEqual([401, 401, 401, 401])
})

test('a slave that was here is let in at once while its own name is guessed at from its address', async () => {
  const one = await door(false, undefined, undefined, LONG)
  expect(await dial(one, 'mini', LONG, false)).toBe('taken')
  const held = [1, 2, 3, 4].map(n => dial(one, 'mini', `${LONG}${n}`, false))
  await timers(one.clock, 4)
  expect(await dial(one, 'mini', `${LONG}5`, false)).toBe(429)
  expect(await dial(one, 'mini', LONG, false)).toBe('taken')
  // It does not make the next guess any quicker.
  one.clock.advance(30_000)
  expect(await Promise.all(held)).toEqual([401, 401, 401, 401])
  const next = dial(one, 'mini', 'next', false)
  await timers(one.clock)
  one.clock.advance(15_999)
  expect(one.clock.waiting).toBe(1)
  one.clock.advance(1)
  expect(await next).toBe(401)
})

test('the right password is let in while its name is guessed at, however short, and wherever no guess came first', async () => {
  const one = await door(false)
  const held = [1, 2, 3, 4].map(n => dial(one, 'mini', `${n}`, false))
  await timers(one.clock, 4)
  expect(await dial(one, 'mini', 'right', false)).toBe('taken')
  // One in seven seconds: more would make guessing quick.
  expect(await dial(one, 'mini', 'right', false)).toBe(429)
  one.clock.advance(30_000)
  expect(await Promise.all(held)).toEqual([401, 401, 401, 401])
})

test('of one address hardly more than eight passwords of a name are looked at in half a minute', () => {
  const clock = createFakeClock()
  const slowDown = createSlowDown(clock)
  let looked = 0
  for (let ms = 0; ms < 30_000; ms += 10) {
    if (slowDown.enter('10.0.0.1', 'mini') || slowDown.mayPass('10.0.0.1')) looked++
    clock.advance(10)
  }
  expect(looked).toBe(8)
  expect(slowDown.mayPass('10.0.0.2')).toBe(true)
})

test('who hangs up does not get another try the sooner', async () => {
  const one = await door(false)
  const sockets: Socket[] = []
  for (let n = 0; n < 4; n++) {
    const socket = connect({ host: '127.0.0.1', port: one.port })
    socket.on('error', () => {})
    sockets.push(socket)
    socket.write(upgrade(basic(`mini:wrong ${n}`)))
  }
  await timers(one.clock, 4)
  for (const socket of sockets) socket.destroy()
  expect(await dial(one, 'mini', 'wrong', false)).toBe(429)
  expect(await dial(one, 'mini', 'right', false)).toBe(429)
})

test.each([
  ['nobody', 'slave port: 127.0.0.1 was refused: no slave "nobody" dials in here'],
  [
    'new',
    'slave port: 127.0.0.1 was refused: slave "new" has no password yet; "triphammer attach --invite new" makes one',
  ],
])('why %s was refused is in the log, and not in the answer', async (name, said) => {
  const one = await door(false)
  const asked = dial(one, name, 'any', false)
  await timers(one.clock)
  one.clock.advance(500)
  expect(await asked).toBe(401)
  expect(one.said).toContain(said)
})

test('addresses are forgotten, and IPv6 counts by network', () => {
  const clock = createFakeClock()
  const slow = createSlowDown(clock)
  expect([1, 2, 3].map(() => slow.wrong('10.0.0.1'))).toEqual([500, 1000, 2000])
  expect(Array.from({ length: 20 }, () => slow.wrong('10.0.0.1')).at(-1)).toBe(30_000)
  clock.advance(30 * 60_000 + 1)
  expect(slow.wrong('10.0.0.1')).toBe(500)
  expect(['fd00::1', 'fd00::2:3', 'fd00:0:0:1::1'].map(slow.wrong)).toEqual([500, 1000, 500])
  expect(slow.wrong('::ffff:10.0.0.1')).toBe(1000)
  // A flood of addresses costs bounded memory, and the oldest go first.
  for (let n = 0; n < 10_001; n++) slow.wrong(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}x`)
  expect(slow.wrong('10.0.0.1')).toBe(500)
})

test('a password that is made up is long, and has no letters that are taken for others', () => {
  expect(makePassword()).toMatch(/^[a-hjkmnp-z2-9]{6}(-[a-hjkmnp-z2-9]{6}){3}$/)
  expect(makePassword()).not.toBe(makePassword())
})

// The hash is computed on another thread; the answer is held back after it.
async function timers(clock: FakeClock, count = 1): Promise<void> {
  while (clock.waiting < count) await new Promise(resolve => setImmediate(resolve))
}
