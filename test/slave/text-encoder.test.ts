import { expect, test } from 'vitest'
import { readNewlines, USUAL_PATTERN } from '../../slave/protocol/newline-pattern.ts'
import { parseTextSettings, USUAL_SETTINGS } from '../../slave/protocol/text-settings.ts'
import { createTextEncoder } from '../../slave/text-encoder.ts'
import { createRandom, freshSeed } from '../helpers/random.ts'

type Value = [text: string, positions: number[], times: number[]]

const output = (changed: Partial<typeof USUAL_SETTINGS> = {}) => {
  const { encode, end } = createTextEncoder({ ...USUAL_SETTINGS, ...changed })
  const write = (stream: string, bytes: Uint8Array, at: number) =>
    encode({ stream, offset: 0, bytes, at })
  return { write, end }
}

test('only whole lines go, each with the time at which it began', () => {
  const out = output()
  expect([
    out.write('stdout', Buffer.from('one\ntw'), 1),
    out.write('stdout', Buffer.from('o\nth'), 2),
    out.write('stderr', Buffer.from('err\n'), 3),
    out.end(),
  ]).toEqual([
    [['stdout', ['one\n', [3], [1]]]],
    [['stdout', ['two\n', [3], [1]]]],
    [['stderr', ['err\n', [3], [3]]]],
    [['stdout', ['th\n', [2], [2]]]],
  ])
})

test('a watched file is a log of its own', () => {
  expect(output().write('log:own', Buffer.from('a\n'), 1)).toEqual([
    ['log', ['own', ['a\n', [1], [1]]]],
  ])
})

test('places are counted in characters, whatever they take', () => {
  expect(output().write('stdout', Buffer.from('\u{1f600}é\nx\n'), 1)).toEqual([
    ['stdout', ['\u{1f600}é\nx\n', [2, 4], [1, 1]]],
  ])
})

test('a character that comes in pieces is one, and a bad byte is a replacement', () => {
  const out = output()
  const [a, b] = [Buffer.from('\u{1f600}').subarray(0, 2), Buffer.from('\u{1f600}').subarray(2)]
  out.write('stdout', a, 1)
  out.write('stdout', b, 1)
  out.write('stdout', Buffer.from([0xff]), 1)
  expect(out.end()).toEqual([['stdout', ['\u{1f600}\ufffd\n', [2], [1]]]])
})

test('what a terminal does to begin anew ends a line, also when it comes in pieces', () => {
  const out = output()
  const pairs = ['10%\r', '20%\r', '\n\u001b', '[2', 'Jx\r'].flatMap(text =>
    out.write('stdout', Buffer.from(text), 1),
  )
  const text = [...pairs, ...out.end()].map(([, value]) => (value as Value)[0]).join('')
  expect(text).toBe('10%\n20%\n\nx\n')
})

test('a line that is too long is cut, and nothing of it is lost', () => {
  const out = output({ maxLineLength: 5 })
  const pairs = [...out.write('stdout', Buffer.from('abcdefghijk\nxyz\n'), 1), ...out.end()]
  expect(pairs).toEqual([['stdout', ['abcd\nefgh\nijk\nxyz\n', [4, 9, 13, 17], [1, 1, 1, 1]]]])
})

test('a message is not larger than the master wants, but for one long line', () => {
  const out = output({ bufferSize: 50 })
  const pairs = out.write('stdout', Buffer.from(`a\nb\nc\n${'x'.repeat(100)}\nd\n`), 1)
  expect(pairs.map(([, value]) => (value as Value)[0].length)).toEqual([4, 2, 101, 2])
})

test('whatever the pieces, the text is the same and each place is that of a newline', () => {
  const random = createRandom(5)
  const text = Array.from({ length: 300 }, () =>
    random.pick(['a', 'é', '\u{1f600}', '\n', 'word ', '€']),
  ).join('')
  for (let run = 0; run < 50; run++) {
    const out = output({ bufferSize: random.int(20, 200) })
    const pairs = []
    let rest = Buffer.from(text)
    while (rest.length > 0) {
      const length = random.int(1, 20)
      pairs.push(...out.write('stdout', rest.subarray(0, length), 1))
      rest = rest.subarray(length)
    }
    pairs.push(...out.end())
    const values = pairs.map(([, value]) => value as Value)
    expect(values.map(([one]) => one).join('')).toBe(text.endsWith('\n') ? text : `${text}\n`)
    for (const [one, positions, times] of values) {
      const points = [...one]
      expect(positions).toEqual(points.flatMap((char, i) => (char === '\n' ? [i] : [])))
      expect(times.length).toBe(positions.length)
    }
  }
})

const ALPHABET = [
  ...'ab\r\r\n\b\u001b[[;1f',
  'é',
  '\u{1f600}',
  '\u001b[2J',
  '\u001b[1;2H',
  '\ufeff',
  '10%\r',
]
const PATTERNS = [
  USUAL_PATTERN,
  String.raw`[\r\x08]+`,
  String.raw`\r(?!\n)`,
  String.raw`\n+`,
  'a{2,3}?(?=b)',
  String.raw`(\033\[|b\r)[0-9;]*f`,
  'a?(?=b)',
]

test('where the pipe was cut makes no difference', () => {
  const seed = freshSeed()
  const random = createRandom(seed)
  for (let run = 0; run < 600; run++) {
    const pattern = random.pick(PATTERNS)
    const maxLineLength = random.pick([7, 4096])
    const settings = { ...USUAL_SETTINGS, newline: readNewlines(pattern)!, maxLineLength }
    const bytes = Buffer.from(
      Array.from({ length: random.int(1, 60) }, () => random.pick(ALPHABET)).join(''),
    )
    // A byte that is part of no character, somewhere.
    if (random.chance(0.3)) bytes[random.int(0, bytes.length - 1)] = 0xff
    const read = (longest: number) => {
      const out = output(settings)
      const pairs = []
      for (let at = 0; at < bytes.length; ) {
        const end = longest === 0 ? bytes.length : at + random.int(1, longest)
        pairs.push(...out.write('stdout', bytes.subarray(at, end), 1))
        at = end
      }
      return [...pairs, ...out.end()].map(([, value]) => (value as Value)[0]).join('')
    }
    expect({ seed, run, pattern, text: read(3) }).toEqual({
      seed,
      run,
      pattern,
      text: read(0),
    })
  }
})

const GOOD = { buffer_size: 65536, buffer_timeout: 5, newline_re: 'x', max_line_length: 4096 }

test.each([
  [{ ...GOOD, buffer_size: 0 }, 'buffer_size must be 1 at least, not 0'],
  [{ ...GOOD, buffer_timeout: -1 }, 'buffer_timeout must be 0 at least, not -1'],
  [{ ...GOOD, max_line_length: 'long' }, 'max_line_length must be a number, not string'],
  [{ ...GOOD, newline_re: 5 }, 'newline_re must be a text, not number'],
  [{ buffer_size: 1 }, 'buffer_timeout must be a number, not undefined'],
])('settings %j are refused', (args, why) => {
  expect(() => parseTextSettings(args)).toThrow(why)
})

test('a pattern that we cannot read is the usual one, and sizes stay within reason', () => {
  const settings = parseTextSettings({
    buffer_size: 2 ** 40,
    buffer_timeout: 0.25,
    newline_re: '(?P<x>a)',
    max_line_length: 2 ** 31 - 1,
  })
  expect(settings).toEqual({
    bufferSize: 4 * 1024 * 1024,
    bufferTimeoutMs: 250,
    newline: USUAL_SETTINGS.newline,
    maxLineLength: 8 * 1024 * 1024,
  })
})

const SEED = freshSeed()
test(`lines do not depend on where a pipe was cut (seed ${SEED})`, () => {
  const parts = [
    '10%',
    '\r',
    '\b',
    '\b\b\b',
    '\n',
    '\r\n',
    '\u001b',
    '[',
    '2',
    'J',
    '1;1H',
    '[K',
    'é',
    '\u{1f600}',
  ]
  const linesOf = (bytes: Buffer, sizes: () => number) => {
    const out = output({ maxLineLength: 7 })
    const pairs: (readonly unknown[])[] = []
    for (let at = 0; at < bytes.length; ) {
      const size = sizes()
      pairs.push(...out.write('stdout', bytes.subarray(at, at + size), 1))
      at += size
    }
    return [...pairs, ...out.end()].map(([, value]) => (value as Value)[0]).join('')
  }
  for (let i = 0; i < 2000; i++) {
    const random = createRandom(SEED + i)
    const text = Array.from({ length: random.int(1, 20) }, () => random.pick(parts)).join('')
    const bytes = Buffer.from(text)
    const whole = linesOf(bytes, () => bytes.length)
    expect({ i, text, lines: linesOf(bytes, () => random.int(1, 4)) }).toEqual({
      i,
      text,
      lines: whole,
    })
  }
})

test('no limit tears a character', () => {
  const out = output({ maxLineLength: 2 })
  const pairs = [...out.write('stdout', Buffer.from('\u{1f600}\u{1f600}a\n'), 1), ...out.end()]
  expect(pairs.map(([, value]) => (value as Value)[0]).join('')).toBe('\u{1f600}\n\u{1f600}\na\n')
})
