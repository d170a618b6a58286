import { expect, test } from 'vitest'
import { createLogFilter, safe, safeLine } from '../../main/cli/safe-text.ts'
import { createRandom, freshSeed } from '../helpers/random.ts'

const OURS = new Set(['\x1b[32m', '\x1b[0m'])

test.each([
  ['plain – ö 数 🚀\ttab\nline', 'plain – ö 数 🚀\ttab\nline'],
  [
    'linux\x1b[2J\x1b[1;1Hfingerprint 0000\x1b]0;OWNED\x07',
    'linux␛[2J␛[1;1Hfingerprint 0000␛]0;OWNED␇',
  ],
  ['\x1b[32msuccess\x1b[0m', '\x1b[32msuccess\x1b[0m'],
  ['\x1b[8mhidden', '␛[8mhidden'],
  ['a\rb\bc\x7f\x9b2J', 'a␍b␈c␡\ufffd2J'],
  ['\u202egnp.exe', '\ufffdgnp.exe'],
])('%j is shown as %j', (text, shown) => {
  expect(safe(text, OURS)).toBe(shown)
})

test('what stands in a table keeps to its line', () => {
  expect(safeLine('a\nb', OURS)).toBe('a␊b')
})

const seed = freshSeed()

test(`a log in a terminal keeps text and colours, however it is cut, and nothing else speaks (seed ${seed})`, () => {
  const random = createRandom(seed)
  const parts = [
    ['text ', 'text '],
    ['ö数🚀', 'ö数🚀'],
    ['50 %\r', '50 %\r'],
    ['line\n', 'line\n'],
    ['\x1b[31m', '\x1b[31m'],
    ['\x1b[38;5;200m', '\x1b[38;5;200m'],
    ['\x1b[2J', ''],
    ['\x1b[1;1H', ''],
    ['\x1b]0;title\x07', ''],
    ['\x1b]8;;http://x\x1b\\', ''],
    ['\x1bP1$q\x1b\\', ''],
    ['\x1bc', ''],
    ['\x1b(0', ''],
    ['\x07\b\x0e', ''],
  ] as const
  for (let round = 0; round < 200; round++) {
    const all = Array.from({ length: 30 }, () => random.pick(parts))
    const bytes = Buffer.from(all.map(([written]) => written).join(''))
    const filter = createLogFilter()
    let shown = ''
    for (let at = 0; at < bytes.length; ) {
      const end = at + random.int(1, 9)
      shown += filter(bytes.subarray(at, end))
      at = end
    }
    // What was not ended yet is held back.
    shown += filter(Buffer.from('.\n'))
    expect(shown).toBe(`${all.map(([, text]) => text).join('')}.\n`)
  }
})
