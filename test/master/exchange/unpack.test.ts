import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { unpackBzip2 } from '../../../main/master/exchange/buildbot/bzip2.ts'
import { piecesOf } from '../../../main/master/exchange/buildbot/log-lines.ts'
import { unpackLz4 } from '../../../main/master/exchange/buildbot/lz4.ts'
import { unpackChunkOf } from '../../../main/master/exchange/buildbot/unpack.ts'

// Written by Python's bz2 and lz4.block.
const ALL = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
const RUNS = `${'a'.repeat(1000)}bbbb${'c'.repeat(259)}dddd`

test.each([
  [
    'runs of equal bytes',
    'QlpoOTFBWSZTWZRFRuoAAANBAcAAPAAAgAAIIAAxDADahiPnRxIZYSaU2pd4u5IpwoSEoio3UA==',
    RUNS,
  ],
  ['nothing', 'QlpoORdyRThQkAAAAAA=', ''],
  [
    'two streams',
    'QlpoOTFBWSZTWXgTwIIAAAHBAAAQAgGgACGaaDNNDLxdyRThQkHgTwIIQlpoOTFBWSZTWS63GtcAAAFBgAAQAACEgCAAIZpoM00HPF3JFOFCQLrca1w=',
    'one\ntwo\n',
  ],
])('bzip2 of %s is unpacked', (_, packed, plain) => {
  expect(unpackBzip2(Buffer.from(packed, 'base64')).toString('latin1')).toBe(plain)
})

test('bzip2 of every byte is unpacked, and a flipped bit anywhere is noticed', () => {
  const packed = Buffer.from(BZIP2_OF_ALL, 'base64')
  expect(unpackBzip2(packed).equals(Buffer.concat([ALL, ALL, ALL]))).toBe(true)
  const silent: number[] = []
  // Behind the checksum at the end there are a few bits of padding.
  for (let at = 0; at < packed.length - 1; at++) {
    const flipped = Buffer.from(packed)
    flipped[at]! ^= 16
    try {
      if (!unpackBzip2(flipped).equals(Buffer.concat([ALL, ALL, ALL]))) silent.push(at)
    } catch (error) {
      expect((error as Error).message).toMatch(/^bzip2: damaged/)
    }
  }
  expect(silent).toEqual([])
})

test.each([
  ['runs', 'FwUAAB9hAQD////XP2JjZAMA/xVQY2RlbmQ=', `${'a'.repeat(1000)}${'bcd'.repeat(100)}end`],
  ['nothing', 'AAAAAAA=', ''],
  ['a word again and again', 'IwAAAG9oZWxsbyAGAAVQaGVsbG8=', 'hello hello hello hello hello hello'],
])('lz4 of %s is unpacked', (_, packed, plain) => {
  expect(unpackLz4(Buffer.from(packed, 'base64')).toString('latin1')).toBe(plain)
})

test.each([
  [''],
  ['ff'],
  ['ffffffff00'],
  ['0500000010'],
  ['05000000f0ff'],
  ['0500000014610000'],
  ['05000000146109000000'],
])('lz4 that is damaged (%s) is refused', hex => {
  expect(() => unpackLz4(Buffer.from(hex, 'hex'))).toThrow(/^LZ4: /)
})

test('each method of Buildbot is known by its number', () => {
  const plain = Buffer.from('grüße\n')
  const packed = [
    plain,
    deflateSync(plain),
    undefined,
    undefined,
    zstdCompressSync(plain),
    brotliCompressSync(plain),
  ]
  for (const [method, bytes] of packed.entries())
    if (bytes) expect(unpackChunkOf(method, bytes).toString()).toBe('grüße\n')
  expect(unpackChunkOf(1, gzipSync(plain)).toString()).toBe('grüße\n')
  expect(() => unpackChunkOf(9, plain)).toThrow('packed with method 9, which is not known')
  expect(() => unpackChunkOf(1, plain)).toThrow(/^packed with gz, and damaged/)
})

test('lines are parted by their streams, and those without a mark stay as they are', () => {
  const text = (chunk: string, type: string) =>
    piecesOf(Buffer.from(chunk), type).map(({ stream, bytes }) => `${stream}: ${bytes}`)
  expect(text('hsh\noone\notwo\neoops\n\no', 's')).toEqual([
    'header: sh\n',
    'stdout: one\ntwo\n',
    'stderr: oops\n',
    'stdout: \n\n',
  ])
  expect(text('xyz', 's')).toEqual(['stdout: xyz\n'])
  expect(text('oone\n<b>', 'h')).toEqual(['stdout: oone\n<b>\n'])
})

const BZIP2_OF_ALL =
  'QlpoOTFBWSZTWe3ga8wAAAF/////////////////////////////////////////////sAFgAS//9VVQJgJgAAAAAA' +
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACTAATAAEwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAASYACYAAmAAA' +
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAH9QFAkDQRBX/IMg6EIShSFoY/9DUOQ9EERRJE0URVFkXRhGUaRtHEdR5' +
  'H0gSFIkjSRJUmSdKEpSpK0sS1LkvTBMUyTNNE1TZN04TlOk7TxPU+T9QFBUJQ1EUVRlHUhSVKUtTFNU5T1QVFUlTVR' +
  'VVWVdWFZVpW1cV1XlfWBYViWNZFlWZZ1oWlalrWxbVuW9cFxXJc10XVdl3XheV6XtfF9X5f2AYFgmDYRhWGYdiGJYp' +
  'i2MY1jmPZBkWSZNlGVZZl2YZlmmbZxnWeZ9oGhaJo2kaVpmnahqWqatrGta5r2wbFsmzbRtW2bduG5bpu28b1vm/cB' +
  'wXCcNxHFcZx3IclynLcxzXOc90HRdJ03UdV1nXdh2Xadt3Hdd533geF4njeR5Xmed6Hpep63se17nvfB8XyfN9H1fZ' +
  '934fl+n7fx/X+F3JFOFCQ7eBrzAA=='
