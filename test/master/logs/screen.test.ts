import { expect, test } from 'vitest'
import type { LogReading } from '../../../main/master/logs/log-reading.ts'
import { withoutSequences } from '../../../main/master/logs/plain-text.ts'
import type { Redraw } from '../../../main/master/logs/redraws.ts'
import type { RowlessLines } from '../../../main/master/logs/screen.ts'
import type { Stream } from '../../../main/master/model.ts'
import { createRandom } from '../../helpers/random.ts'
import { STORED_LOG, storedLog } from '../../helpers/stored-log.ts'

const up = (n: number) => `\x1b[${n}A`
const WIPE = '\x1b[2K'

function redrawsOf(reading: LogReading): Redraw[] {
  const found = new Map<number, Redraw>()
  for (
    let from: { line: number; byte: number } | null = { line: 0, byte: 0 },
      redraw = null as Redraw | null;
    from;
  ) {
    const answer = reading.outline({ logId: STORED_LOG, from, redraw })
    for (const one of answer.redraws) found.set(one.line, one)
    from = answer.next
    redraw = answer.again.redraw
  }
  return [...found.values()]
}

const rowlessOf = (redraws: readonly Redraw[]): RowlessLines[] =>
  redraws.filter(one => one.to > one.line).map(one => [one.line + 1, one.to])

/** What a person sees of a whole log in the end: each row with the line that began it. */
function seen(reading: LogReading): string[] {
  const count = 1_000_000
  const lines = reading.lines({
    logId: STORED_LOG,
    first: 0,
    count,
    maxLineBytes: 8192,
    shown: true,
  })
  const rowless = rowlessOf(redrawsOf(reading))
  const query = { logId: STORED_LOG, first: 0, last: lines.length - 1, rowless, above: 0 }
  const drawn = new Map(reading.screen(query).map(row => [row.line, row.text]))
  return lines
    .filter(({ number }) => !rowless.some(([from, to]) => number >= from && number <= to))
    .map(
      ({ number, text }) => `${number}: ${withoutSequences(drawn.get(number) ?? text).trimEnd()}`,
    )
}

test.each<[string, string, string[]]>([
  ['lines without orders', 'a\nb\n', ['0: a', '1: b']],
  [
    'npm: rows that are written again and again',
    `a 1\nb 1\n${up(2)}${WIPE}a 2\n${WIPE}b 2\n${up(2)}a 3\nb 3\ndone\n`,
    ['0: a 3', '1: b 3', '2: done'],
  ],
  [
    'docker: up, one row anew, and down again, without an end of line',
    `a: wait\nb: wait\n${up(2)}${WIPE}\ra: done\r\x1b[2B${up(1)}${WIPE}\rb: done\r\x1b[1Bready\n`,
    ['0: a: done', '1: b: done', '2: ready'],
  ],
  [
    'gradle: what stays goes above the rows of progress',
    `10 %\n> IDLE\n${up(2)}\x1b[JTask :a\n20 %\n> :b\n${up(2)}\x1b[JTask :b\n100 %\n> IDLE\n`,
    ['0: Task :a', '1: Task :b', '2: 100 %', '5: > IDLE'],
  ],
  [
    'the beginning of the line above, and its end',
    `a\nb\n\x1b[2FA\n\x1b[Ec\n`,
    ['0: A', '1: b', '2: c'],
  ],
  ['a column', `abc\n${up(1)}\x1b[2G_\n`, ['0: a_c', '1: ']],
  ['what is left of a longer state is seen', `long\n${up(1)}no\x1b[1B\n`, ['0: nong', '1: ']],
])('%s', (_, text, rows) => {
  expect(seen(storedLog(['stdout', text]))).toEqual(rows)
})

test('what the master writes is never hidden and never written over', () => {
  const reading = storedLog(
    ['header', '$ install\n'],
    ['stdout', `a\nb\n${up(3)}over\n`],
    ['header', 'ended by a signal\n'],
    ['stdout', `next\n${up(9)}X\n`],
  )
  expect(seen(reading)).toEqual([
    '0: $ install',
    '1: a',
    '2: b',
    '3: ',
    '4: ended by a signal',
    '5: next',
    '6: ',
  ])
})

test('orders that are out of all measure, or are none, do no harm', () => {
  const hostile = `a\nb\n\x1b[999999999999Atop\n${up(0)}\x1b[A\x1b[;A\x1b[1;2A\x1b[-3A\x1bM\x1b[99999999999999999999B\x1b[999999999G!\n`
  const rows = seen(storedLog(['stdout', hostile.repeat(300)]))
  expect([rows.length <= 901, rows.every(row => row.length < 20_000)]).toEqual([true, true])
})

test('a redraw that is longer than what is drawn shows its last state, since it goes up from its end', () => {
  const passes = Array.from({ length: 9000 }, (_, i) => `${up(2)}${WIPE}a ${i}\n${WIPE}b ${i}\n`)
  const reading = storedLog(['stdout', `head\na\nb\n${passes.join('')}end\n`])
  expect([seen(reading), redrawsOf(reading).length]).toEqual([
    ['0: head', '1: a 8999', '2: b 8999', '3: end'],
    1,
  ])
})

test('a log that grows has the same redraws as one that is looked at whole, wherever it was asked', () => {
  const text = `a\nb\n${up(2)}A\nB\n${up(1)}C\x1b[1B\nplain\n${up(1)}D\n`.repeat(3)
  const whole = redrawsOf(storedLog(['stdout', text]))
  for (let cut = 1; cut < text.length; cut++) {
    const first = storedLog(['stdout', text.slice(0, cut)]).outline({
      logId: STORED_LOG,
      from: { line: 0, byte: 0 },
    })
    const { line, redraw } = first.again
    const rest = storedLog(['stdout', text]).outline({
      logId: STORED_LOG,
      from: { line, byte: 0 },
      redraw,
    })
    const kept = first.redraws.filter(one => one.line < line)
    const found = new Map([...kept, ...rest.redraws].map(one => [one.line, one]))
    expect([cut, [...found.values()]]).toEqual([cut, whole])
  }
})

// A terminal without any bound, over all lines at once.
function reference(parts: readonly (readonly [Stream, string])[]): string[] {
  const rows: { line: number; text: string[] }[] = []
  let row = 0
  let column = 0
  let line = -1
  const text = parts.map(([, part]) => part).join('')
  const begin = () => {
    line++
    if (row === rows.length) rows.push({ line, text: [] })
  }
  begin()
  for (const token of text.match(/\x1b\[\d*[A-Z]|[\s\S]/g) ?? []) {
    const n = Number(/\d+/.exec(token)?.[0] ?? 0)
    const by = n || 1
    if (token === '\n') {
      row++
      column = 0
      begin()
    } else if (token === '\r') column = 0
    else if (token.endsWith('A') && token.length > 1) row = Math.max(0, row - by)
    else if (token.endsWith('B') && token.length > 1) row = Math.min(rows.length - 1, row + by)
    else if (token.endsWith('K') && token.length > 1) {
      if (n === 2) rows[row]!.text = []
      else rows[row]!.text.length = Math.min(rows[row]!.text.length, column)
    } else if (token.endsWith('J') && token.length > 1) {
      rows[row]!.text.length = Math.min(rows[row]!.text.length, column)
      for (const below of rows.slice(row + 1)) below.text = []
    } else rows[row]!.text[column++] = token
  }
  // What follows the last end of line is no line yet.
  if (text.endsWith('\n') && rows.at(-1)!.line === line) rows.pop()
  return rows.map(
    one =>
      `${one.line}: ${Array.from(one.text, c => c ?? ' ')
        .join('')
        .trimEnd()}`,
  )
}

test.each(Array.from({ length: 60 }, (_, seed) => seed))(
  'what is seen is what a terminal would show (seed %i)',
  seed => {
    const random = createRandom(seed)
    const tokens = () => {
      let text = ''
      for (let i = random.int(0, 6); i > 0; i--)
        text += random.pick([
          ...['one', 'two', 'x', '\r'],
          ...[up(random.int(1, 4)), `\x1b[${random.int(1, 3)}B`, '\x1b[K', '\x1b[2K', '\x1b[J'],
        ])
      return `${text}\n`
    }
    let text = 'head\n'.repeat(random.int(0, 9))
    for (let i = random.int(1, 60); i > 0; i--) text += tokens()
    const parts = [['stdout', text]] as const
    expect(seen(storedLog(...parts))).toEqual(reference(parts))
  },
)
