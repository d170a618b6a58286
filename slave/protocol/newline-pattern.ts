/** What Buildbot's masters send: what a terminal does to go back, or down, counts as a new line. */
export const USUAL_PATTERN = String.raw`(\r\n|\r(?=.)|\033\[u|\033\[[0-9]+;[0-9]+[Hf]|\033\[2J|\x08+)`

// Longer ones are refused: they would not be a pattern for newlines.
const LONGEST = 1000

/**
 * Turns a Python regular expression into one of ours. Only forms that mean the same in
 * both are taken; `undefined` for any other.
 */
export function translatePattern(python: string): RegExp | undefined {
  if (python.length > LONGEST) return undefined
  let at = 0
  let source = ''
  while (at < python.length) {
    const part = readPart(python, at)
    if (!part) return undefined
    source += part.ours
    at += part.length
  }
  try {
    const pattern = new RegExp(source, 'g')
    // One that fits nothing would put a new line between any two characters.
    return pattern.test('') ? undefined : new RegExp(source, 'g')
  } catch {
    return undefined
  }
}

interface Part {
  readonly ours: string
  readonly length: number
}

function readPart(text: string, at: number): Part | undefined {
  const rest = text.slice(at, at + 8)
  const char = rest[0]!
  if (char === '\\') return readEscape(rest)
  if (char === '[') return readClass(text, at)
  // Groups that are named, look back, or carry flags are written differently.
  if (char === '(') {
    const group = /^\((\?[:=!])?(?!\?)/.exec(rest)
    return group ? { ours: group[0], length: group[0].length } : undefined
  }
  // Of a dot, Python leaves out the newline only.
  if (char === '.') return { ours: String.raw`[^\n]`, length: 1 }
  if (char === '{') {
    const count = /^\{\d+(,\d*)?\}/.exec(rest)
    return count ? { ours: count[0], length: count[0].length } : { ours: String.raw`\{`, length: 1 }
  }
  if (char === ']' || char === '}') return { ours: `\\${char}`, length: 1 }
  if (char === '/') return { ours: String.raw`\/`, length: 1 }
  // Anchors depend on flags, and a text that comes in pieces has no beginning.
  if (char === '^' || char === '$') return undefined
  return { ours: char, length: 1 }
}

function readEscape(rest: string): Part | undefined {
  const octal = /^\\(0[0-7]{0,2}|[1-3][0-7]{2})/.exec(rest)
  if (octal) return { ours: hex(Number.parseInt(octal[1]!, 8)), length: octal[0].length }
  const code = /^\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4}))/.exec(rest)
  if (code) return { ours: hex(Number.parseInt(code[1] ?? code[2]!, 16)), length: code[0].length }
  if (/^\\a/.test(rest)) return { ours: hex(7), length: 2 }
  if (/^\\d/.test(rest)) return { ours: '[0-9]', length: 2 }
  // Of letters only those that both ends read alike; any sign stands for itself.
  return /^\\([rntfvsSwW]|[^A-Za-z0-9])/.test(rest)
    ? { ours: rest.slice(0, 2), length: 2 }
    : undefined
}

function readClass(text: string, at: number): Part | undefined {
  let ours = '['
  let i = at + 1
  if (text[i] === '^') {
    ours += '^'
    i++
  }
  // A bracket that comes first is a member.
  for (let first = true; i < text.length; first = false) {
    const char = text[i]!
    if (char === ']' && !first) return { ours: `${ours}]`, length: i + 1 - at }
    if (char === '\\') {
      const part =
        text[i + 1] === 'd' ? { ours: '0-9', length: 2 } : readEscape(text.slice(i, i + 8))
      if (!part) return undefined
      ours += part.ours
      i += part.length
    } else {
      ours += char === '[' || char === ']' ? `\\${char}` : char
      i++
    }
  }
  return undefined
}

function hex(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`
}
