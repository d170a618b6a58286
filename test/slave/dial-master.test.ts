import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { type DialMasterOptions, dialMaster, pauseAfterLink } from '../../slave/dial-master.ts'
import { makeCertificate } from '../../slave/protocol/certificate.ts'
import { parseAddress } from '../../slave/protocol/dial.ts'
import { later } from '../helpers/cleanup.ts'
import { rawServer } from '../helpers/remote.ts'

/** What it says first of a master at this address. */
function firstWords(address: string, options: Partial<DialMasterOptions> = {}): Promise<string> {
  return new Promise(resolve => {
    const dialling = dialMaster(
      {
        master: parseAddress(address)!,
        tls: true,
        name: 'mini',
        password: 'p',
        fingerprint: () => undefined,
        onFirstSeen() {},
        onTaken() {},
        say: (_topic, text) => resolve(text),
        timeoutMs: 2000,
        ...options,
      },
      () => {},
    )
    later(dialling.close)
  })
}

function answering(status: number): Promise<string> {
  const server = createServer()
  server.on('upgrade', (_request, socket) =>
    socket.end(`HTTP/1.1 ${status} X\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`),
  )
  server.listen(0, '127.0.0.1')
  later(() => server.close())
  return new Promise(resolve =>
    server.once('listening', () => resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`)),
  )
}

test.each([
  [
    'no-such-machine.invalid',
    /^no machine called "no-such-machine.invalid" is known here: check the spelling/,
  ],
  ['127.0.0.1:1', /^nothing listens at 127.0.0.1:1: is the master running/],
])('of %s it says what is wrong and what to do', async (address, words) => {
  expect(await firstWords(address)).toMatch(words)
})

test('a master that does not encrypt is told, with the option for one that never does', async () => {
  const address = await rawServer(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  expect(await firstWords(address)).toMatch(/does not encrypt .* or say --plain for a stock master/)
})

test('a master that does not answer is told', async () => {
  const address = await rawServer(() => {})
  expect(await firstWords(address, { timeoutMs: 50 })).toMatch(
    /does not answer: is that machine on/,
  )
  expect(await firstWords(address, { timeoutMs: 50, tls: false })).toMatch(/does not answer/)
})

test.each([
  [401, /does not take "mini" with this password: "triphammer attach --invite mini"/],
  [426, /takes encrypted links only: leave out --plain/],
  [429, /is slowing this address down, after wrong passwords/],
  [404, /is not a master: check the port/],
])('an answer of %i is told in words', async (status, words) => {
  expect(await firstWords(await answering(status), { tls: false })).toMatch(words)
})

// A stranger's port: it hears what a slave says of itself, and refuses it.
async function refusing() {
  const { key, certificate: cert } = makeCertificate('somebody')
  const heard: (string | undefined)[] = []
  const server = createTlsServer({ key, cert })
  server.on('upgrade', (request, socket) => {
    heard.push(request.headers.authorization)
    socket.end('HTTP/1.1 401 X\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  later(() => server.close())
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, heard }
}

test('who refuses the password is kept, too, and nobody else is told it after that', async () => {
  const [first, second] = [await refusing(), await refusing()]
  let pin: string | undefined
  const kept: Partial<DialMasterOptions> = {
    fingerprint: () => pin,
    onFirstSeen(fingerprint) {
      pin = fingerprint
    },
  }
  expect(await firstWords(first.address, kept)).toMatch(/does not take "mini"/)
  expect(first.heard[0]).toMatch(/^Basic /)
  expect(await firstWords(second.address, kept)).toMatch(/is not the one from before/)
  expect(await firstWords(second.address, { ...kept, given: true })).toMatch(
    /^the master at \S+ has another certificate than --fingerprint says: its fingerprint is /,
  )
  expect(second.heard).toEqual([])
})

test('a certificate that can not be kept is not told the password', async () => {
  const { address, heard } = await refusing()
  const onFirstSeen = () => {
    throw new Error('the disk is full')
  }
  expect(await firstWords(address, { onFirstSeen })).toMatch(/^the disk is full; it is tried again/)
  expect(heard).toEqual([])
})

test.each([
  [1500, 60_000, 500, 'one that worked, however short'],
  [50, 60_000, 4000, 'one that the master ended at once'],
  [50, 850, 850, 'one that the master ended at once, early on'],
])(
  'a link of %i ms after a pause of %i ms is followed by one of %i: %s',
  (livedMs, pauseMs, next) => {
    expect(pauseAfterLink(livedMs, pauseMs, 500)).toBe(next)
  },
)

test('what is wrong is said once, and it is tried again with a growing pause', async () => {
  const said: string[] = []
  const dialled: number[] = []
  const enough = Promise.withResolvers<void>()
  const address = await rawServer(socket => {
    dialled.push(performance.now())
    if (dialled.length === 5) enough.resolve()
    socket.destroy()
  })
  const dialling = dialMaster(
    {
      master: parseAddress(address)!,
      tls: false,
      name: 'mini',
      password: 'p',
      fingerprint: () => undefined,
      onFirstSeen() {},
      onTaken() {},
      say: (_topic, text) => said.push(text),
      firstPauseMs: 20,
      random: () => 0.5,
    },
    () => {},
  )
  later(dialling.close)
  await enough.promise
  expect(said).toHaveLength(1)
  const pauses = dialled.slice(1).map((at, i) => at - dialled[i]!)
  for (const [i, leastMs] of [20, 34, 57, 98].entries())
    expect(pauses[i]).toBeGreaterThan(leastMs - 2)
})
