import { decode, encode } from '@msgpack/msgpack'
import { expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { MAX_FRAME_BYTES } from '../../../slave/protocol/envelope.ts'
import { FRAME_LIMITS, HANDSHAKE_LIMITS } from '../../../slave/protocol/limits.ts'
import { startLink } from '../../../slave/protocol/link.ts'
import { ProtocolError } from '../../../slave/protocol/parse.ts'
import { connectedSockets } from '../../helpers/link.ts'
import { eventually } from '../../helpers/processes.ts'

/** A link at one end; at the other a peer that sends what it likes. */
async function linkToPeer(answer: (op: string) => unknown = op => op, pingMs = 15_000) {
  const [here, peer] = await connectedSockets()
  const troubles: string[] = []
  const link = startLink(here, { answer, pingMs, onTrouble: reason => troubles.push(reason) })
  return { link, peer, troubles }
}

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])

function talk(peer: WebSocket): Promise<unknown> {
  return new Promise(resolve => peer.once('message', data => resolve(decode(data as Buffer))))
}

test('both ends ask and answer, each with numbers of its own', async () => {
  const [a, b] = await connectedSockets()
  const one = startLink(a, { answer: async (op, { n }) => `${op} ${n} by one` })
  const two = startLink(b, { answer: (op, { n }) => `${op} ${n} by two` })
  const answers = await Promise.all([
    one.request('x', { n: 1 }),
    two.request('y', { n: 2 }),
    one.request('z', { n: 3 }),
  ])
  expect(answers).toEqual(['x 1 by two', 'y 2 by one', 'z 3 by two'])
})

test.each([
  [
    'throws',
    () => {
      throw new Error('not today')
    },
  ],
  ['rejects', () => Promise.reject(new Error('not today'))],
])('what %s goes back as an exception', async (_, answer) => {
  const { peer } = await linkToPeer(answer)
  const said = talk(peer)
  peer.send(encode({ op: 'x', seq_number: 7 }))
  expect(await said).toEqual({
    op: 'response',
    seq_number: 7,
    result: 'not today',
    is_exception: true,
  })
})

test.each([
  ['no MessagePack', Buffer.from([0xc1]), /^not MessagePack: /],
  ['a frame cut short', encode({ op: 'x', seq_number: 1 }).subarray(0, 5), /^not MessagePack: /],
  ['a list', encode([1, 2]), /^a message must be a map, not a list$/],
  ['no op', encode({ seq_number: 1 }), /^op must be a text, not undefined$/],
  ['no number', encode({ op: 'x' }), /^seq_number must be a whole number from 0, not undefined$/],
  ['a number below 0', encode({ op: 'x', seq_number: -1 }), /^seq_number must be a whole number/],
  ['an answer to nothing', encode({ op: 'response', seq_number: 9, result: 1 }), /not asked/],
])('%s is dropped, and the link goes on', async (_, frame, trouble) => {
  const { link, peer, troubles } = await linkToPeer()
  peer.send(frame)
  const asked = talk(peer)
  peer.send(encode({ op: 'still there?', seq_number: 2 }))
  expect([await asked, troubles]).toEqual([
    { op: 'response', seq_number: 2, result: 'still there?' },
    [expect.stringMatching(trouble)],
  ])
  link.close('enough')
})

test('a text frame is dropped', async () => {
  const { peer, troubles } = await linkToPeer()
  peer.send('hello')
  const asked = talk(peer)
  peer.send(encode({ op: 'x', seq_number: 0 }))
  await asked
  expect(troubles).toEqual(['a text frame was dropped'])
})

test('a frame that is too large ends the link', async () => {
  const { link, peer } = await linkToPeer()
  peer.on('error', () => {})
  peer.send(Buffer.alloc(MAX_FRAME_BYTES + 1))
  expect(await link.ended).toBe('Max payload size exceeded')
})

test('what was asked is answered with the reason when the link ends', async () => {
  const { link, peer } = await linkToPeer()
  const asked = link.request('x').catch((error: Error) => [error.name, error.message])
  peer.close(1000, 'had enough')
  const late = link.ended.then(() => link.request('y').catch((error: Error) => error.name))
  expect([await asked, await late]).toEqual([['LinkEndedError', 'had enough'], 'LinkEndedError'])
})

test('a peer that stops answering pings is given up', async () => {
  const { link, peer } = await linkToPeer(undefined, 20)
  // Its process is stopped, as it were: what comes is not even read.
  peer.pause()
  expect(await link.ended).toBe('the other end stopped answering')
})

test('a peer that never answers a close is not waited for', async () => {
  const { link, peer } = await linkToPeer()
  peer.pause()
  link.close('bye')
  expect(await link.ended).toBe('bye')
})

test('a reason that is too long for a close frame does no harm', async () => {
  const { link, peer } = await linkToPeer()
  const heard = new Promise(resolve => peer.once('close', (_, said) => resolve(String(said))))
  link.close('é'.repeat(200))
  expect([await link.ended, String(await heard).length]).toEqual(['é'.repeat(200), 60])
})

test('before the other end has introduced itself, frames are small', async () => {
  const [here, peer] = await connectedSockets()
  const link = startLink(here, { answer: () => null, limits: HANDSHAKE_LIMITS })
  peer.on('error', () => {})
  peer.send(Buffer.alloc(HANDSHAKE_LIMITS.bytes + 1))
  expect(await link.ended).toBe('Max payload size exceeded')
})

test('afterwards they may be as large as they have to', async () => {
  const [here, peer] = await connectedSockets()
  const link = startLink(here, { answer: (_, { n }) => n, limits: HANDSHAKE_LIMITS })
  link.limits = FRAME_LIMITS
  const asked = talk(peer)
  peer.send(encode({ op: 'x', seq_number: 0, n: 5, pad: Buffer.alloc(HANDSHAKE_LIMITS.bytes + 1) }))
  expect(await asked).toMatchObject({ result: 5 })
  link.close('enough')
})

test.each([
  ['nests too deep', encode(nested(40)), 'lists and maps nest deeper than 32'],
  ['holds a map of a million keys', Buffer.from([0xdf, 0, 0x0f, 0x42, 0x40]), 'a map of 1000000'],
])('a frame that %s ends the link with a reason', async (_, frame, why) => {
  const { link, peer } = await linkToPeer()
  const heard = new Promise(resolve => peer.once('close', (_, said) => resolve(String(said))))
  peer.send(frame)
  expect([await link.ended, await heard]).toEqual([
    expect.stringContaining(why),
    expect.stringContaining(why),
  ])
})

test.each<[string, (peer: WebSocket, i: number) => void, RegExp]>([
  ['frames that are none', peer => peer.send(Buffer.from([0xc1])), /^too many messages .* 0xc1$/],
  ['texts', peer => peer.send('hello'), /^too many messages .*: a text frame was dropped$/],
  [
    'answers to nothing',
    (peer, i) => peer.send(encode({ op: 'response', seq_number: i, result: 1 })),
    /^too many messages .*not asked$/,
  ],
  [
    'requests that are refused',
    (peer, i) => peer.send(encode({ op: 'refuse', seq_number: i })),
    /^too many messages .*: not of the protocol$/,
  ],
])('a flood of %s ends the link, and is told in few words', async (_, send, why) => {
  const { link, peer, troubles } = await linkToPeer(() => {
    throw new ProtocolError('not of the protocol')
  })
  for (let i = 0; i < 600; i++) send(peer, i)
  expect(await link.ended).toMatch(why)
  expect(troubles.length).toBeLessThanOrEqual(20)
})

test('an end that asks faster than it is served waits, and nothing is lost', async () => {
  const answers: (() => void)[] = []
  const [here, peer] = await connectedSockets()
  const link = startLink(here, {
    answer: () => new Promise(resolve => answers.push(() => resolve(null))),
  })
  const ASKED = 2000
  let answered = 0
  const all = Promise.withResolvers<void>()
  peer.on('message', () => ++answered === ASKED && all.resolve())
  const block = Buffer.alloc(64 * 1024)
  for (let i = 0; i < ASKED; i++) peer.send(encode({ op: 'x', seq_number: i, block }))
  await eventually(() => here.isPaused, 'a pause')
  // What was read in one go before the pause may add to it.
  const atMost = answers.length
  expect(atMost).toBeLessThan(ASKED / 4)
  const serve = setInterval(() => {
    for (const answer of answers.splice(0)) answer()
  }, 1)
  await all.promise
  clearInterval(serve)
  expect(answered).toBe(ASKED)
  link.close('enough')
})

test('an end that asks and does not read the answers is given up, and costs bounded memory', async () => {
  const big = 'x'.repeat(64 * 1024)
  const { link, peer } = await linkToPeer(() => big, 100)
  peer.pause()
  let most = 0
  const asking = setInterval(() => {
    for (let i = 0; i < 200; i++) peer.send(encode({ op: 'x', seq_number: i }))
    most = Math.max(most, process.memoryUsage.rss())
  }, 5)
  const before = process.memoryUsage.rss()
  expect(await link.ended).toBe('the other end stopped answering')
  clearInterval(asking)
  expect((most - before) / 2 ** 20).toBeLessThan(200)
})

test('answers are confirmed with a pong where that was asked for', async () => {
  const { link, peer } = await linkToPeer()
  let pongs = 0
  peer.on('pong', () => pongs++)
  peer.on('message', frame => {
    const { seq_number } = decode(frame as Buffer) as { seq_number: number }
    peer.send(encode({ op: 'response', seq_number, result: null }))
  })
  await link.request('x')
  const none = pongs
  link.confirmAnswers = true
  const pong = new Promise(resolve => peer.once('pong', resolve))
  await link.request('y')
  await pong
  expect([none, pongs]).toEqual([0, 1])
})
