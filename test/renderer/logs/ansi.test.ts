import { expect, test } from 'vitest'
import { parseAnsi, plainText } from '../../../renderer/logs/ansi.ts'

const ESC = '\x1b'

test.each([
  ['plain', [{ text: 'plain', look: '' }]],
  ['', []],
  [
    `${ESC}[31mred${ESC}[0m rest`,
    [
      { text: 'red', look: 'fg-red' },
      { text: ' rest', look: '' },
    ],
  ],
  [`${ESC}[1;92mok`, [{ text: 'ok', look: 'bold fg-bright-green' }]],
  [
    `${ESC}[38;5;208mo${ESC}[38;2;1;2;255mb`,
    [
      { text: 'o', look: '', color: '#ff8700' },
      { text: 'b', look: '', color: '#0102ff' },
    ],
  ],
  [
    `${ESC}[38;5;9mx${ESC}[39my`,
    [
      { text: 'x', look: 'fg-bright-red' },
      { text: 'y', look: '' },
    ],
  ],
  [`${ESC}[48;5;250mgrey`, [{ text: 'grey', look: '', background: '#bcbcbc' }]],
  [`${ESC}[2K${ESC}[1Gcleared`, [{ text: 'cleared', look: '' }]],
  [`${ESC}]8;;https://example.org${ESC}\\link${ESC}]8;;${ESC}\\`, [{ text: 'link', look: '' }]],
  ['10 %\r50 %\r100 %\r', [{ text: '100 %', look: '' }]],
  ['bell\x07 and nul\x00', [{ text: 'bell and nul', look: '' }]],
  [`${ESC}[`, [{ text: `[`, look: '' }]],
])('%j is read as its text and colours', (line, spans) => {
  expect(parseAnsi(line)).toEqual(spans)
})

test('the plain text is what is seen', () => {
  expect(plainText(`${ESC}[1mbold${ESC}[22m and\rover ${ESC}[31mred`)).toBe('over red')
})
