import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAnsi } from '../../../renderer/logs/ansi.ts'
import {
  contrast,
  LOG_COLORS,
  readable,
  readableOn,
} from '../../../renderer/logs/readable-color.ts'

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
    `${ESC}[1;2;3;4;7;9mall${ESC}[22;23;24;27;29mnone`,
    [
      { text: 'all', look: 'bold dim italic underline strike inverse' },
      { text: 'none', look: '' },
    ],
  ],
  [
    `${ESC}[4:3mcurly${ESC}[4:0m off`,
    [
      { text: 'curly', look: 'underline' },
      { text: ' off', look: '' },
    ],
  ],
  [
    `${ESC}[38;5;9mx${ESC}[39my`,
    [
      { text: 'x', look: 'fg-bright-red' },
      { text: 'y', look: '' },
    ],
  ],
  [`${ESC}[58;5;9munderline colour`, [{ text: 'underline colour', look: '' }]],
  [`${ESC}[41;37mFAIL`, [{ text: 'FAIL', look: 'fg-white bg-red' }]],
  [
    `${ESC}[48;5;250mgrey`,
    [{ text: 'grey', look: '', light: '#000000', dark: '#000000', background: '#bcbcbc' }],
  ],
  [`${ESC}[2K${ESC}[1Gcleared`, [{ text: 'cleared', look: '' }]],
  [`${ESC}[?25l${ESC}]0;title\x07seen${ESC}(B`, [{ text: 'seen', look: '' }]],
  [`${ESC}]8;;https://example.org${ESC}\\link${ESC}]8;;${ESC}\\`, [{ text: 'link', look: '' }]],
  ['10 %\r50 %\r100 %\r', [{ text: '100 %', look: '' }]],
  ['bell\x07 and nul\x00', [{ text: 'bell and nul', look: '' }]],
  [`${ESC}[`, []],
])('%j is read as its text and colours', (line, spans) => {
  expect(parseAnsi(line)).toEqual(spans)
})

test.each([
  [`${ESC}[38;2;1;2;255mb`, '#0102ff'],
  [`${ESC}[38:2:1:2:255mb`, '#0102ff'],
  [`${ESC}[38:2::1:2:255mb`, '#0102ff'],
  [`${ESC}[38;5;27mb`, '#005fff'],
  [`${ESC}[38:5:27mb`, '#005fff'],
  [`${ESC}[38;2;999;0;0mb`, '#ff0000'],
])('%j has that colour, as it can be read', (line, color) => {
  expect(parseAnsi(line)).toEqual([
    { text: 'b', look: '', light: readable(color, 'light'), dark: readable(color, 'dark') },
  ])
})

test('every colour can be read in both themes, and stays itself where it could be', () => {
  expect([readable('#b00000', 'light'), readable('#8fd0ff', 'dark')]).toEqual([
    '#b00000',
    '#8fd0ff',
  ])
  const levels = ['00', '40', '80', 'c0', 'ff']
  for (const r of levels)
    for (const g of levels)
      for (const b of levels) {
        const color = `#${r}${g}${b}`
        for (const theme of ['light', 'dark'] as const)
          expect(
            contrast(readable(color, theme), LOG_COLORS[theme].background),
          ).toBeGreaterThanOrEqual(4.5)
        expect(contrast(readableOn(color, '#808080'), color)).toBeGreaterThanOrEqual(4.5)
      }
})

test('the colours of logs are those of the window, and its palette can be read in both themes', () => {
  const tokens = readFileSync(join(import.meta.dirname, '../../../renderer/ui/tokens.css'), 'utf8')
  const [light, dark] = tokens.split(':root[data-theme="dark"] {') as [string, string]
  for (const [theme, css] of [
    ['light', light],
    ['dark', dark],
  ] as const) {
    const token = (name: string) => new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(css)![1]!
    const background = token('log-bg')
    expect({ background, text: token('log-text') }).toEqual(LOG_COLORS[theme])
    for (const name of ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'dim'])
      expect([name, contrast(token(`ansi-${name}`), background) >= 4.5]).toEqual([name, true])
  }
})
