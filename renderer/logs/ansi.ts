import { readable, readableOn } from './readable-color.ts'
import {
  type Look,
  lookAfter,
  PLAIN,
  SEQUENCE,
  shownLine,
  withoutSequences,
} from './terminal-text.ts'

/** A stretch of text with one look. */
export interface AnsiSpan {
  readonly text: string
  /** Names of classes, separated by spaces. */
  readonly look: string
  /** Colours that are not of the palette, as they can be read in each theme. */
  readonly light?: string
  readonly dark?: string
  readonly background?: string
}

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']

/**
 * Reads a line with terminal colours: the 16 named ones, 256 and true colours. Other
 * sequences are left out. Of what was overwritten, the last is shown.
 */
export function parseAnsi(line: string): AnsiSpan[] {
  const text = shownLine(line)
  if (!/[\x1b\x9b]/.test(text))
    return text === '' ? [] : [{ text: withoutSequences(text), look: '' }]
  const spans: AnsiSpan[] = []
  let style = PLAIN
  let from = 0
  for (const match of text.matchAll(SEQUENCE)) {
    push(spans, text.slice(from, match.index), style)
    from = match.index + match[0].length
    style = lookAfter(style, match[0])
  }
  push(spans, text.slice(from), style)
  return spans
}

function push(spans: AnsiSpan[], text: string, style: Look) {
  if (text === '') return
  const { bold, dim, italic, underline, strike, inverse } = style
  const [color, background] = [colorOf(style.color), colorOf(style.background)]
  const custom = color?.startsWith('#') ? color : undefined
  const customBackground = background?.startsWith('#') ? background : undefined
  const looks = [
    bold && 'bold',
    dim && 'dim',
    italic && 'italic',
    underline && 'underline',
    strike && 'strike',
    inverse && 'inverse',
    color && !custom && `fg-${color}`,
    background && !customBackground && `bg-${background}`,
  ].filter(Boolean)
  const look = looks.join(' ')
  const last = spans.at(-1)
  if (look === '' && !custom && !customBackground && last && isPlain(last))
    spans[spans.length - 1] = { ...last, text: last.text + text }
  else spans.push({ text, look, ...customColors(custom, customBackground) })
}

function isPlain(span: AnsiSpan): boolean {
  return span.look === '' && span.light === undefined && span.background === undefined
}

function customColors(
  color: string | undefined,
  background: string | undefined,
): Pick<AnsiSpan, 'light' | 'dark' | 'background'> {
  if (background !== undefined) {
    const on = readableOn(background, color)
    return { light: on, dark: on, background }
  }
  return color === undefined
    ? {}
    : { light: readable(color, 'light'), dark: readable(color, 'dark') }
}

// A code of the palette by its name; of 256 and of all others as #rrggbb, unless it is one of the 16.
function colorOf(code: string | undefined): string | undefined {
  if (code === undefined) return undefined
  // Parts of one code are separated by colons or semicolons. With colons a number for the colour space may stand before r.
  const parts = code.split(/[:;]/).map(Number)
  const [number = 0, kind] = parts
  if (kind === 5) return ofPalette(parts[2] ?? 0)
  if (kind === 2) {
    const [r = 0, g = 0, b = 0] = parts.slice(code.includes(':') && parts.length > 5 ? 3 : 2)
    return hex(r, g, b)
  }
  if (number === 38 || number === 48) return undefined
  const name = NAMES[number % 10]
  return number >= 90 ? `bright-${name}` : name
}

function ofPalette(n: number): string | undefined {
  if (n < 8) return NAMES[n]
  if (n < 16) return `bright-${NAMES[n - 8]}`
  if (n >= 232) return hex(...Array<number>(3).fill(8 + (Math.min(n, 255) - 232) * 10))
  const level = (part: number) => (part === 0 ? 0 : 55 + part * 40)
  const cube = n - 16
  return hex(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6))
}

function hex(...parts: number[]): string {
  return `#${parts
    .map(part =>
      Math.min(255, part || 0)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`
}
