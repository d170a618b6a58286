import { readable, readableOn } from './readable-color.ts'
import { SEQUENCE, shownLine, withoutSequences } from './terminal-text.ts'

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
const LOOK = /^(?:\x1b\[|\x9b)([\d;:]*)m$/

interface Style {
  readonly bold?: boolean
  readonly dim?: boolean
  readonly italic?: boolean
  readonly underline?: boolean
  readonly strike?: boolean
  readonly inverse?: boolean
  /** A name of the palette, or `#rrggbb`. */
  readonly color?: string | undefined
  readonly background?: string | undefined
}

/**
 * Reads a line with terminal colours: the 16 named ones, 256 and true colours. Other
 * sequences are left out. Of what was overwritten, the last is shown.
 */
export function parseAnsi(line: string): AnsiSpan[] {
  const text = shownLine(line)
  if (!/[\x1b\x9b]/.test(text))
    return text === '' ? [] : [{ text: withoutSequences(text), look: '' }]
  const spans: AnsiSpan[] = []
  let style: Style = {}
  let from = 0
  for (const match of text.matchAll(SEQUENCE)) {
    push(spans, text.slice(from, match.index), style)
    from = match.index + match[0].length
    const look = LOOK.exec(match[0])
    if (look) style = select(style, look[1]!)
  }
  push(spans, text.slice(from), style)
  return spans
}

function push(spans: AnsiSpan[], text: string, style: Style) {
  if (text === '') return
  const { bold, dim, italic, underline, strike, inverse, color, background } = style
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

function select(before: Style, parameters: string): Style {
  // Parts of one code are separated by colons, or, more often, by semicolons as codes are.
  const codes = parameters.split(';').map(part => part.split(':').map(Number))
  let style = before
  for (let i = 0; i < codes.length; i++) {
    const [code = 0, ...own] = codes[i]!
    if (code === 38 || code === 48 || code === 58) {
      const rest = own.length > 0 ? own : codes.slice(i + 1).map(part => part[0] ?? 0)
      const { value, used } = extended(rest, own.length > 0)
      if (own.length === 0) i += used
      if (code === 38) style = { ...style, color: value }
      else if (code === 48) style = { ...style, background: value }
    } else style = selectOne(style, code, own[0])
  }
  return style
}

const SWITCHES: Readonly<Record<number, Style>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  7: { inverse: true },
  9: { strike: true },
  21: { underline: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  29: { strike: false },
  39: { color: undefined },
  49: { background: undefined },
}

function selectOne(style: Style, code: number, part: number | undefined): Style {
  if (code === 0) return {}
  // How it is underlined; 0 for not at all.
  if (code === 4) return { ...style, underline: part !== 0 }
  const name = NAMES[code % 10]!
  if (code >= 30 && code <= 37) return { ...style, color: name }
  if (code >= 40 && code <= 47) return { ...style, background: name }
  if (code >= 90 && code <= 97) return { ...style, color: `bright-${name}` }
  if (code >= 100 && code <= 107) return { ...style, background: `bright-${name}` }
  return { ...style, ...SWITCHES[code] }
}

// 5;n of 256, or 2;r;g;b. With colons a number for the colour space may stand before r.
function extended(
  parts: readonly number[],
  colons: boolean,
): { value: string | undefined; used: number } {
  if (parts[0] === 2) {
    const [r = 0, g = 0, b = 0] = colons && parts.length > 4 ? parts.slice(2) : parts.slice(1)
    return { value: hex(r, g, b), used: 4 }
  }
  if (parts[0] !== 5) return { value: undefined, used: 1 }
  return { value: ofPalette(parts[1] ?? 0), used: 2 }
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
