import { decode, encode } from '@msgpack/msgpack'
import { expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { MAX_FRAME_BYTES } from '../../../slave/protocol/envelope.ts'
import { startLink } from '../../../slave/protocol/link.ts'
import { connectedSockets } from '../../helpers/link.ts'

/** A link at one end; at the other a peer that sends what it likes. */
async function linkToPeer(answer: (op: string) => unknown = op => op, pingMs = 15_000) {
  const [here, peer] = await connectedSockets()
  const troubles: string[] = []
  const link = startLink(here, { answer, pingMs, onTrouble: reason => troubles.push(reason) })
  return { link, peer, troubles }
}

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
