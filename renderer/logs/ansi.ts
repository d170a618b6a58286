/** A stretch of text with one look. */
export interface AnsiSpan {
  readonly text: string
  /** Names of classes, separated by spaces. */
  readonly look: string
  /** Colours that are not of the palette. */
  readonly color?: string
  readonly background?: string
}

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']
const SEQUENCE =
  /\x1b\[([0-9;:]*)([A-Za-z])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g

interface Style {
  bold: boolean
  dim: boolean
  italic: boolean
  underline: boolean
  inverse: boolean
  color: string | undefined
  background: string | undefined
}

/**
 * Reads a line with terminal colours: the 16 named ones, 256 and true colours.
 * Other sequences are left out. Of what a carriage return overwrote, the last is shown.
 */
export function parseAnsi(line: string): AnsiSpan[] {
  const text = afterCarriageReturns(line)
  if (!text.includes('\x1b'))
    return text === '' ? [] : [{ text: text.replace(SEQUENCE, ''), look: '' }]
  const spans: AnsiSpan[] = []
  const style = plain()
  let from = 0
  for (const match of text.matchAll(SEQUENCE)) {
    push(spans, text.slice(from, match.index), style)
    from = match.index + match[0].length
    if (match[2] === 'm') select(style, match[1]!)
  }
  push(spans, text.slice(from), style)
  return spans
}

/** The text without its colours, as it is searched and copied. */
export function plainText(line: string): string {
  return afterCarriageReturns(line).replace(SEQUENCE, '')
}

function afterCarriageReturns(line: string): string {
  if (!line.includes('\r')) return line
  return line.split('\r').findLast(part => part !== '') ?? ''
}

function plain(): Style {
  return {
    bold: false,
    dim: false,
    italic: false,
    underline: false,
    inverse: false,
    color: undefined,
    background: undefined,
  }
}

function push(spans: AnsiSpan[], text: string, style: Style) {
  if (text === '') return
  const looks = [
    style.bold && 'bold',
    style.dim && 'dim',
    style.italic && 'italic',
    style.underline && 'underline',
    style.inverse && 'inverse',
    style.color && !style.color.startsWith('#') && `fg-${style.color}`,
    style.background && !style.background.startsWith('#') && `bg-${style.background}`,
  ]
  spans.push({
    text,
    look: looks.filter(Boolean).join(' '),
    ...(style.color?.startsWith('#') && { color: style.color }),
    ...(style.background?.startsWith('#') && { background: style.background }),
  })
}

function select(style: Style, parameters: string) {
  const codes = parameters.split(/[;:]/).map(Number)
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!
    if (code === 0) Object.assign(style, plain())
    else if (code === 1) style.bold = true
    else if (code === 2) style.dim = true
    else if (code === 3) style.italic = true
    else if (code === 4) style.underline = true
    else if (code === 7) style.inverse = true
    else if (code === 22) style.bold = style.dim = false
    else if (code === 23) style.italic = false
    else if (code === 24) style.underline = false
    else if (code === 27) style.inverse = false
    else if (code >= 30 && code <= 37) style.color = NAMES[code - 30]
    else if (code === 39) style.color = undefined
    else if (code >= 40 && code <= 47) style.background = NAMES[code - 40]
    else if (code === 49) style.background = undefined
    else if (code >= 90 && code <= 97) style.color = `bright-${NAMES[code - 90]}`
    else if (code >= 100 && code <= 107) style.background = `bright-${NAMES[code - 100]}`
    else if (code === 38 || code === 48) {
      const { value, used } = extended(codes.slice(i + 1))
      if (code === 38) style.color = value
      else style.background = value
      i += used
    }
  }
}

function extended(codes: readonly number[]): { value: string | undefined; used: number } {
  if (codes[0] === 2) return { value: hex(codes[1] ?? 0, codes[2] ?? 0, codes[3] ?? 0), used: 4 }
  if (codes[0] !== 5) return { value: undefined, used: 1 }
  const n = codes[1] ?? 0
  if (n < 8) return { value: NAMES[n], used: 2 }
  if (n < 16) return { value: `bright-${NAMES[n - 8]}`, used: 2 }
  if (n >= 232) {
    const grey = 8 + (n - 232) * 10
    return { value: hex(grey, grey, grey), used: 2 }
  }
  const level = (part: number) => (part === 0 ? 0 : 55 + part * 40)
  const cube = n - 16
  return {
    value: hex(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)),
    used: 2,
  }
}

function hex(...parts: number[]): string {
  return `#${parts.map(part => Math.min(255, part).toString(16).padStart(2, '0')).join('')}`
}
