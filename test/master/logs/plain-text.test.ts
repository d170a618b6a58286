import { expect, test } from 'vitest'
import {
  indexWithSequences,
  lineStates,
  plainLine,
  shownLine,
  withoutSequences,
} from '../../../main/master/logs/plain-text.ts'

const ESC = '\x1b'

test.each([
  ['plain text', 'plain text'],
  [`${ESC}[1;31mred${ESC}[m`, 'red'],
  [`${ESC}[38:2::255:0:0mred${ESC}[0m`, 'red'],
  [`${ESC}[?25lhidden cursor${ESC}[?25h`, 'hidden cursor'],
  [`${ESC}[>4;2m${ESC}[!pkeys`, 'keys'],
  [`${ESC}]0;title\x07text`, 'text'],
  [`${ESC}]8;;https://example.org${ESC}\\link${ESC}]8;;${ESC}\\`, 'link'],
  [`${ESC}P1$r0m${ESC}\\dcs`, 'dcs'],
  [`${ESC}(B${ESC})0charset`, 'charset'],
  [`${ESC}7${ESC}8${ESC}=${ESC}>${ESC}Mkeypad`, 'keypad'],
  ['\x9b31mC1\x9b0m', 'C1'],
  ['bell\x07 and nul\x00', 'bell and nul'],
  ['a\tb', 'a\tb'],
  [`cut ${ESC}[38;5`, 'cut '],
  [`cut ${ESC}`, 'cut '],
  [`${ESC}]no end`, 'no end'],
])('%j is read as %j', (text, plain) => {
  expect(withoutSequences(text)).toBe(plain)
})

test.each([
  ['windows\r', 'windows'],
  ['10 %\r50 %\r100 %', '100 %'],
  ['10 %\r50 %\r100 %\r', '100 %'],
  ['abcdef\rXY', 'XYcdef'],
  [`downloading${ESC}[2K${ESC}[1Gdone`, 'done'],
  [`downloading\r${ESC}[Kdone`, 'done'],
  ['|\b/\b-\b\\\b ok', ' ok'],
  [`abc${ESC}[3Dx`, 'xbc'],
  [`a${ESC}[3Cb`, 'a   b'],
  [`😀é\b!`, '😀!'],
  ['', ''],
])('of %j remains %j', (line, shown) => {
  expect(plainLine(line)).toBe(shown)
})

test('what remains keeps the colours that it was written in', () => {
  expect(shownLine(`${ESC}[31mred${ESC}[0m\r${ESC}[32mg`)).toBe(
    `${ESC}[0m${ESC}[32mg${ESC}[0m${ESC}[31med`,
  )
})

test('what follows a wiped line does not take its colours over', () => {
  const red = `${ESC}[31mabcdef${ESC}[0m`
  expect([`${ESC}[2K\r`, `\r${ESC}[K`].map(wiped => shownLine(`${red}${wiped}${ESC}[3Cx`))).toEqual(
    ['   x', '   x'],
  )
})

test('a line is never made longer than a terminal would, whatever it orders', () => {
  const line = `x\r${ESC}[99999999Cy${ESC}[99999999G${ESC}[31mz`
  expect(plainLine(line).length).toBeLessThan(10_010)
  const colours = `\r${Array.from({ length: 20_000 }, (_, i) => `${ESC}[3${i % 8}mx`).join('')}`
  expect(shownLine(colours).length).toBeLessThan(20_000 * 220)
})

test('a long line stays whole, and an order takes it nowhere back', () => {
  const long = 'x'.repeat(30_000)
  expect([`${ESC}[K`, `${ESC}[2Cy`].map(end => plainLine(long + end))).toEqual([long, `${long}y`])
})

test('wiping what stands before takes no longer the more often it is done', () => {
  const wiped = `${ESC}[9999Gx${`${ESC}[1K`.repeat(2_000_000)}`
  expect(plainLine(`ab${wiped}${ESC}[2Gb`)).toBe(' b')
})

test('carriage returns without end are read in no time', () => {
  const returns = '\r'.repeat(300_000)
  expect([plainLine(`${returns}x`), plainLine(`${returns}x\r`)]).toEqual(['x', 'x'])
})

test('the states of a progress bar are those that could be seen', () => {
  expect(lineStates(`\r1\r\r${ESC}[K2\r`)).toEqual(['1', `${ESC}[K2`])
  expect([lineStates('one'), lineStates('\r\r')]).toEqual([['one'], ['']])
})

test('an index without sequences is found again with them', () => {
  const text = `a${ESC}[1mb${ESC}[0m${ESC}[2mcd`
  const index = indexWithSequences(text)
  expect([0, 1, 2, 3].map(i => text[index(i)])).toEqual(['a', 'b', 'c', 'd'])
})

test('an ordinary progress bar is read as the terminal leaves it, by the short way too', () => {
  const parts = [
    '10 %',
    '50 % of it',
    'ok',
    '',
    `${ESC}[K9`,
    `${ESC}[2Kx`,
    `y${ESC}[K`,
    `${ESC}[31mred`,
    'z \b',
  ]
  for (const a of parts)
    for (const b of parts)
      for (const c of parts) {
        const line = [a, b, c].join('\r')
        expect([line, plainLine(line)]).toEqual([line, withoutSequences(shownLine(line)).trimEnd()])
      }
})
