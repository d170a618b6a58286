import { Unicode11Addon } from '@xterm/addon-unicode11'
import { Terminal } from '@xterm/headless'
import { expect, test } from 'vitest'
import { plainLine, shownLine, withoutSequences } from '../../../main/master/logs/plain-text.ts'
import { createRedraws, MOVES_ROWS } from '../../../main/master/logs/redraws.ts'
import { drawScreen, type RowlessLines } from '../../../main/master/logs/screen.ts'
import { PLAIN } from '../../../main/master/logs/sgr.ts'
import { createRandom, freshSeed, type Random } from '../../helpers/random.ts'

const ROWS = 24
const COLUMNS = 300
const CASES = 120
const SEED = freshSeed()

const terminal = new Terminal({
  rows: ROWS,
  cols: COLUMNS,
  convertEol: true,
  allowProposedApi: true,
  scrollback: 0,
  logLevel: 'off',
})
terminal.loadAddon(new Unicode11Addon() as never)
terminal.unicode.activeVersion = '11'

/** What a real terminal shows: the text of its rows, and each character with its place and look. */
async function rendered(text: string) {
  terminal.reset()
  await new Promise<void>(resolve => terminal.write(text, resolve))
  const rows: string[] = []
  const looks: string[] = []
  for (let y = 0; y < ROWS; y++) {
    const line = terminal.buffer.active.getLine(y)!
    rows.push(line.translateToString(true).trimEnd())
    for (let x = 0; x < COLUMNS; x++) {
      const cell = line.getCell(x)!
      if (cell.getChars().trim() === '') continue
      const colours = [
        cell.getFgColorMode(),
        cell.getFgColor(),
        cell.getBgColorMode(),
        cell.getBgColor(),
      ]
      const marks = [
        cell.isBold(),
        cell.isDim(),
        cell.isItalic(),
        cell.isUnderline(),
        cell.isInverse(),
      ]
      looks.push([y, x, cell.getChars(), ...colours, ...marks.map(Boolean)].join())
    }
  }
  return { rows: rows.join('\n').trimEnd(), looks }
}

/** The rows that the window shows of these lines. */
function shown(text: string): string[] {
  const lines = text.split('\n')
  const redraws = createRedraws(null)
  const found = lines.flatMap(
    (line, i) => (MOVES_ROWS.test(line) && redraws.visit(i, 'stdout', line)) || [],
  )
  if (redraws.newest) found.push(redraws.newest)
  const rowless: RowlessLines[] = found
    .filter(({ line, to }) => to > line)
    .map(({ line, to }) => [line + 1, to])
  const written = lines.map((text, number) => ({
    number,
    stream: 'stdout' as const,
    text,
    headless: false,
  }))
  const drawn = new Map(
    drawScreen(written, { rowless, above: 0, look: PLAIN }).map(({ line, text }) => [line, text]),
  )
  return lines.flatMap((line, i) =>
    rowless.some(([from, to]) => i >= from && i <= to) ? [] : [drawn.get(i) ?? shownLine(line)],
  )
}

const WORDS = ['a', 'build', '50%', '###', 'ok  ', 'ünï', '[=>  ]', 'x'.repeat(30)]
const WIDE = ['日本', '😀', 'e\u0301', '👨\u200d👩', '\t', 'あ', '✅', '한글']
const LOOKS = [
  '0',
  '',
  '1',
  '31',
  '32;1',
  '38;5;200',
  '38;2;1;2;3',
  '4',
  '22',
  '39',
  '7',
  '27',
  '91',
  '23',
  '2',
]

function order(random: Random): string {
  const n = random.pick(['', '1', '3', '10'])
  return random.pick([
    '\r',
    '\b',
    `\x1b[${random.pick(LOOKS)}m`,
    ...['C', 'D', 'K', '1K', '2K', 'G'].map(
      letter => `\x1b[${/\d/.test(letter) ? '' : n}${letter}`,
    ),
  ])
}

function rareOrder(random: Random): string {
  const n = random.pick(['', '1', '2', '7'])
  const letters = ['X', 'P', '@', 'I', 'Z', 'a', '`']
  const others = [
    '\x1b7',
    '\x1b8',
    '\x1b[s',
    '\x1b[u',
    '\x1b[!p',
    '\x1b]0;t\x07',
    '\x1b(B',
    '\x1b[?25l',
    '\x07',
  ]
  // What is repeated is what was written last.
  return random.pick([...letters.map(letter => `\x1b[${n}${letter}`), ...others, `ab\x1b[${n}b`])
}

const KINDS: Readonly<Record<string, (random: Random) => string>> = {
  'orders of a line': random => pieces(random, () => random.chance(0.5), WORDS, order),
  'wide characters, marks and tabs': random =>
    pieces(random, () => random.chance(0.6), [...WORDS.slice(0, 4), ...WIDE], order),
  'rarer orders': random =>
    pieces(
      random,
      () => random.chance(0.5),
      [...WORDS.slice(0, 4), ...WIDE],
      one => (one.chance(0.5) ? order(one) : rareOrder(one)),
    ),
  'rows that are drawn again': random => {
    const count = random.int(1, 6)
    const word = () => random.pick([...WORDS.slice(0, 5), ...WIDE.slice(0, 2)])
    let text = ''
    for (let i = 0; i < count; i++) text += `#${i} ${word()}\n`
    for (let left = random.int(0, 15); left > 0; left--) {
      const row = random.int(0, count - 1)
      const up = count - row
      const look = random.chance(0.3) ? `\x1b[${random.pick(LOOKS)}m` : ''
      text += `\x1b[${up}A${random.pick(['\r', '\x1b[G'])}${random.pick(['\x1b[2K', '\x1b[K', ''])}#${row} ${word()}${look}`
      text += random.pick([`\x1b[${up}B\r`, '\n'.repeat(up), `\x1b[${up}E`])
    }
    return `${text}done\n`
  },
}

function pieces(
  random: Random,
  isWord: () => boolean,
  words: readonly string[],
  other: (random: Random) => string,
): string {
  let text = ''
  for (let left = random.int(1, 25); left > 0; left--)
    text += isWord() ? random.pick(words) : other(random)
  return text
}

test.each(Object.entries(KINDS))(
  `lines with %s look as in xterm (seed ${SEED})`,
  async (_, make) => {
    const wrong: object[] = []
    for (let i = 0; i < CASES && wrong.length < 3; i++) {
      const text = make(createRandom(SEED + i))
      const want = await rendered(text)
      const rows = shown(text)
      const got = await rendered(rows.map(row => `\x1b[0m${row}`).join('\n'))
      const plain = await rendered(rows.map(withoutSequences).join('\n'))
      if (
        got.rows !== want.rows ||
        String(got.looks) !== String(want.looks) ||
        plain.rows !== want.rows
      )
        wrong.push({
          text,
          want: want.rows,
          got: got.rows,
          looks: want.looks.filter(one => !got.looks.includes(one)).slice(0, 3),
        })
      // What is searched is what is shown.
      else if (
        rows.length === 1 &&
        plainLine(text).trimEnd() !== withoutSequences(rows[0]!).trimEnd()
      )
        wrong.push({ text, shown: withoutSequences(rows[0]!), searched: plainLine(text) })
    }
    expect(wrong).toEqual([])
  },
)
