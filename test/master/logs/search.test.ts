import { expect, test } from 'vitest'
import type { LogPosition, SearchQuery } from '../../../main/master/logs/lines.ts'
import type { OutlineAnswer } from '../../../main/master/logs/log-outline.ts'
import type { LogReading } from '../../../main/master/logs/log-reading.ts'
import { createRandom } from '../../helpers/random.ts'
import { STORED_LOG, storedLog } from '../../helpers/stored-log.ts'

const LOG = STORED_LOG
const logOf = (text: string) => storedLog(['stdout', text])

// To the end, as a window does it page by page.
function searchAll(reading: LogReading, query: Partial<SearchQuery>): LogPosition[] {
  const found: LogPosition[] = []
  for (let from: LogPosition | null = { line: 0, byte: 0 }; from !== null; ) {
    const answer = reading.search({
      logId: LOG,
      pattern: 'x',
      ignoreCase: false,
      literal: false,
      limit: 1000,
      ...query,
      from,
    })
    found.push(...answer.matches)
    from = answer.next
  }
  return found
}

const at = (...lines: number[]) => lines.map(line => ({ line, byte: 0 }))

test.each([1, 3, 1000])('a search finds what a naive one finds, in pages of %i', limit => {
  const random = createRandom(limit)
  const words = ['error', 'Error', 'ok', 'é€', '😀', 'a.b', '']
  const lines = Array.from({ length: limit < 1000 ? 1000 : 20_000 }, () =>
    Array.from({ length: random.int(0, 6) }, () => random.pick(words)).join(' '),
  )
  const reading = logOf(lines.join('\n'))
  const naively = (pattern: RegExp) =>
    at(...lines.keys().filter(line => pattern.test(lines[line]!)))
  expect([
    searchAll(reading, { pattern: 'error', literal: true, limit }),
    searchAll(reading, { pattern: 'error|😀', ignoreCase: true, limit }),
  ]).toEqual([naively(/error/u), naively(/error|😀/iu)])
})

test('a search goes on where it is told to, and stops at its limit', () => {
  const reading = logOf('x\nx x x\nx\n')
  const query = { logId: LOG, pattern: 'x', ignoreCase: false, literal: true, limit: 1 }
  expect(reading.search({ ...query, from: { line: 1, byte: 0 } })).toEqual({
    matches: at(1),
    next: { line: 2, byte: 0 },
  })
})

test('a pattern that fits nothing at all finds nothing', () => {
  expect(searchAll(logOf('one\ntwo\n'), { pattern: '(?:)' })).toEqual([])
})

test('neither colours within a word nor what was overwritten hide or make a match', () => {
  const reading = logOf(
    'nee\x1b[1;31mdle\n10 % needle\r100 % of it\nneed\b\b\b\bneedle\nx\x1b]0;needle\x07\nnee\x1b(Bdle\r\n',
  )
  for (const literal of [true, false])
    expect(searchAll(reading, { pattern: 'needle', literal })).toEqual(at(0, 2, 4))
})

test.each([true, false])(
  'a very long line is searched to its end, each match once (%j)',
  literal => {
    const part = `${'é'.repeat(40_000)}\x1b[1mneed\x1b[0mle`
    const reading = logOf(`first\n${part.repeat(6)}\nneedle\n`)
    const found = searchAll(reading, { pattern: 'needle', literal, limit: 2 })
    const bytes = Buffer.byteLength(part)
    expect(found.map(({ line }) => line)).toEqual([1, 1, 1, 1, 1, 1, 2])
    for (const [i, { byte }] of found.slice(0, 6).entries()) {
      const { text } = reading.piece({ logId: LOG, line: 1, from: byte, maxBytes: 16 })
      expect([byte, text]).toEqual([bytes * (i + 1) - 10, expect.stringMatching(/^need/)])
    }
  },
)

test('in a long line each of many matches is found where it is, colours and all', () => {
  const reading = logOf(`${'\x1b[1mé'.repeat(40_000)}\n`)
  expect(searchAll(reading, { pattern: 'é', literal: true, limit: 5000 })).toEqual(
    Array.from({ length: 40_000 }, (_, i) => ({ line: 0, byte: 6 * i + 4 })),
  )
})

test('a long line is read in pieces that give all of it, without splitting a character', () => {
  const line = '😀é€x'.repeat(30_000)
  const reading = logOf(`one\n${line}\nthree\n`)
  let text = ''
  for (let from = 0, byteCount = 1; from < byteCount; ) {
    const piece = reading.piece({ logId: LOG, line: 1, from, maxBytes: 8190 })
    text += piece.text
    from = piece.next
    byteCount = piece.byteCount
  }
  expect(text === line).toBe(true)
  const [read] = reading.lines({ logId: LOG, first: 1, count: 1, maxLineBytes: 100 })
  expect([read!.cut, read!.byteCount]).toEqual([true, Buffer.byteLength(line)])
  expect(reading.piece({ logId: LOG, line: 9, from: 0, maxBytes: 10 })).toEqual({
    text: '',
    next: 0,
    byteCount: 0,
  })
})

test('of a long progress bar the last state is shown', () => {
  const bar = Array.from({ length: 3000 }, (_, i) => `\r\x1b[Kstep ${i} of 3000`).join('')
  const reading = logOf(`${bar}\ndone\n`)
  const [line, done] = reading.lines({
    logId: LOG,
    first: 0,
    count: 2,
    maxLineBytes: 8192,
    shown: true,
  })
  expect([line!.text, line!.cut, done!.text, done!.states]).toEqual([
    'step 2999 of 3000',
    false,
    'done',
    1,
  ])
  expect(line!.states).toBeGreaterThan(300)
})

test('the outline of a log is the same however often it is gone on with, and looks at heads of lines only', () => {
  const parts = Array.from({ length: 400 }, (_, i) =>
    [
      `::group::Part ${i}`,
      ...Array.from({ length: 60 }, (_, j) => `compile ${i}.${j} ${'.'.repeat(60)}`),
      i % 7 === 0 ? 'not ok 1 - it holds' : 'ok 1 - it holds',
      'section_start:1:x\r\x1b[0KWithin\r',
      'section_end:1:x\r\x1b[0K',
      '::endgroup::',
    ].join('\n'),
  )
  const text = `${parts.join('\n')}\n${'x'.repeat(500_000)} error: late\n\x1b[31merror\x1b[0m: last\n`
  const reading = logOf(text)
  const found = []
  for (let from: LogPosition | null = { line: 0, byte: 0 }; from !== null; ) {
    const answer: OutlineAnswer = reading.outline({ logId: LOG, from })
    found.push(...answer.marks)
    from = answer.next
  }
  const lines = 400 * 65
  const expected = Array.from({ length: 400 }, (_, i) => [
    ['open', i * 65, `Part ${i}`],
    ...(i % 7 === 0 ? [['error', i * 65 + 61]] : []),
    ['open', i * 65 + 62, 'Within'],
    ['close', i * 65 + 63, 'x'],
    ['close', i * 65 + 64, null],
  ]).flat()
  expect(
    found.map(mark => [
      mark.kind,
      mark.line,
      ...(mark.kind === 'open' ? [mark.title] : mark.kind === 'close' ? [mark.name] : []),
    ]),
  ).toEqual([...expected, ['error', lines + 1]])
})
