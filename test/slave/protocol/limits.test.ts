import { encode } from '@msgpack/msgpack'
import { expect, test } from 'vitest'
import { decodeMessage } from '../../../slave/protocol/envelope.ts'
import { checkFrame, FRAME_LIMITS, type FrameLimits } from '../../../slave/protocol/limits.ts'
import { createRandom } from '../../helpers/random.ts'

const SMALL: FrameLimits = { bytes: 1000, values: 50, depth: 4 }

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])

test('every form of MessagePack that is within the limits passes', () => {
  const values = [
    null,
    true,
    1,
    -1,
    200,
    -100,
    60_000,
    -30_000,
    4e9,
    -2e9,
    2 ** 40,
    -(2 ** 40),
    0.5,
    'a',
    'a'.repeat(40),
    'a'.repeat(300),
    'a'.repeat(70_000),
    Buffer.alloc(3),
    Buffer.alloc(300),
    Buffer.alloc(70_000),
    Array.from({ length: 20 }, (_, i) => i),
    Array.from({ length: 70_000 }, () => 0),
    Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, i])),
  ]
  for (const value of [...values, values])
    expect(() => checkFrame(encode(value), FRAME_LIMITS)).not.toThrow()
})

test.each<[string, Uint8Array, string]>([
  ['too many bytes', encode('a'.repeat(2000)), 'a frame of 2003 bytes, of 1000 at most'],
  ['too many values', encode(Array.from({ length: 60 }, () => 0)), 'more than 50 values'],
  ['lists too deep', encode(nested(5)), 'lists and maps nest deeper than 4'],
  ['maps too deep', encode({ a: { a: { a: { a: { a: 1 } } } } }), 'nest deeper than 4'],
  ['a map of a million keys', Buffer.from([0xdf, 0, 0x0f, 0x42, 0x40]), 'a map of 1000000 keys'],
])('%s are hostile', (_, frame, why) => {
  expect(() => checkFrame(frame, SMALL)).toThrow(
    expect.objectContaining({ name: 'ProtocolError', message: expect.stringContaining(why) }),
  )
})

test.each<[string, number[]]>([
  ['four thousand million values', [0xdd, 0xff, 0xff, 0xff, 0xff]],
  ['a text that is longer than the frame', [0xdb, 0x7f, 0xff, 0xff, 0xff, 0x61]],
  ['bytes that are longer than the frame', [0xc6, 0xff, 0xff, 0xff, 0xff]],
  ['a length that is cut short', [0xdc, 0x01]],
  ['nothing', []],
  ['a number that is cut short', [0xcf, 1, 2]],
])('%s is cut short, and takes no memory', (_, bytes) => {
  expect(() => checkFrame(Buffer.from(bytes), FRAME_LIMITS)).toThrow('the message is cut short')
})

test('what is no part of the protocol is refused', () => {
  const bytes =
    (...list: number[]) =>
    () =>
      checkFrame(Buffer.from(list), FRAME_LIMITS)
  expect(bytes(0xc1)).toThrow('a value of type 0xc1')
  expect(bytes(0xd6, 0xff, 0, 0, 0, 0)).toThrow('a value of type 0xd6')
  expect(bytes(1, 2)).toThrow('1 bytes after the message')
})

test('a key that JavaScript would take for its own is refused', () => {
  const frame = Buffer.concat([
    Buffer.from([0x81, 0xa9]),
    Buffer.from('__proto__'),
    Buffer.from([0x80]),
  ])
  expect(() => decodeMessage(frame)).toThrow('not MessagePack: ')
})

test('a frame whose bytes were changed anywhere is taken or refused, and never worse', () => {
  const random = createRandom(20)
  const whole = encode({
    op: 'update',
    seq_number: 7,
    command_id: 'a-1',
    args: [
      ['stdout', ['one\ntwo\n', [3, 7], [1.5, 2.5]]],
      ['rc', 0],
    ],
  })
  for (let i = 0; i < 5000; i++) {
    const frame = Buffer.from(whole)
    for (let n = random.int(1, 3); n > 0; n--)
      frame[random.int(0, frame.length - 1)] = random.int(0, 255)
    try {
      decodeMessage(frame.subarray(0, random.int(1, frame.length)))
    } catch (error) {
      expect((error as Error).name).toBe('ProtocolError')
    }
  }
})
