/** What Buildbot's masters send: what a terminal does to go back, or down, counts as a new line. */
export const USUAL_PATTERN = String.raw`(\r\n|\r(?=.)|\033\[u|\033\[[0-9]+;[0-9]+[Hf]|\033\[2J|\x08+)`

// Longer ones are refused: they would not be a pattern for newlines.
const LONGEST = 1000
// How far one repetition goes. Patterns are a stranger's: without a bound, some take years for a line.
const MOST_REPEATS = 8
// In how many ways the repetitions of a pattern may share what they read.
const MOST_WAYS = 1000
// How many characters decide about one newline.
const MOST_REACH = 200

/** What counts as the end of a line, beside the newline itself. */
export interface Newlines {
  readonly pattern: RegExp
  /** How many characters at the end of an unfinished line are not decided yet. */
  undecided(text: string): number
}

/** What a terminal does to go back, or down. The same as USUAL_PATTERN, bounded where that is not. */
export const USUAL_NEWLINES: Newlines = {
  pattern: /\r\n|\r(?=[^\n])|\u001b\[u|\u001b\[[0-9]{1,8};[0-9]{1,8}[Hf]|\u001b\[2J|\u0008+/g,
  undecided: text =>
    /(?:\r|\u0008+|\u001b(?:\[(?:[0-9]{1,8}(?:;[0-9]{0,8})?)?)?)$/.exec(text)?.[0].length ?? 0,
}

/** Reads what a master calls a newline; `undefined` for what is not taken. */
export function readNewlines(python: string): Newlines | undefined {
  if (python === USUAL_PATTERN) return USUAL_NEWLINES
  const translated = translatePattern(python)
  if (!translated) return undefined
  const { pattern, reach } = translated
  return { pattern, undecided: text => Math.min(text.length, reach - 1) }
}

interface Translated {
  readonly pattern: RegExp
  /** The most characters that a match reads, with those that it only looks at. */
  readonly reach: number
}

/**
 * Turns a Python regular expression into one of ours. Only forms that mean the same in
 * both are taken, and of those only what reads a bounded number of characters in a bounded number
 * of ways: repetitions go to eight, and groups are not repeated. `undefined` for any other.
 */
function translatePattern(python: string): Translated | undefined {
  if (python.length > LONGEST) return undefined
  let at = 0
  let source = ''
  let reach = 0
  let ways = 1
  // What a quantifier would repeat; nothing after another one.
  let last: 'one' | 'group' | undefined
  while (at < python.length) {
    const part = readPart(python, at)
    if (!part) return undefined
    at += part.length
    if (part.repeats) {
      if (!last || (last === 'group' && part.repeats.most > 1)) return undefined
      const { least, most } = part.repeats
      if (most > MOST_REPEATS) return undefined
      reach += Math.max(0, most - 1)
      ways *= most - least + 1
      source += part.ours
      // Fewer instead of more reads the same in other ways.
      if (python[at] === '?') {
        source += '?'
        at++
      }
      last = undefined
      continue
    }
    source += part.ours
    if (part.ours.startsWith('(') || part.ours === '|') last = undefined
    else if (part.ours === ')') last = 'group'
    else {
      last = 'one'
      reach++
    }
  }
  if (ways > MOST_WAYS || reach > MOST_REACH) return undefined
  try {
    const pattern = new RegExp(source, 'g')
    // One that fits nothing would put a new line between any two characters.
    return pattern.test('') ? undefined : { pattern: new RegExp(source, 'g'), reach }
  } catch {
    return undefined
  }
}

interface Part {
  readonly ours: string
  readonly length: number
  /** It repeats what stands before it. */
  readonly repeats?: { readonly least: number; readonly most: number }
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
  if (char === '*' || char === '+') return repeat(char === '*' ? 0 : 1, MOST_REPEATS, 1)
  if (char === '?') return repeat(0, 1, 1)
  if (char === '{') {
    const count = /^\{(\d*)(,?)(\d*)\}/.exec(rest)
    if (!count || count[0] === '{}') return { ours: String.raw`\{`, length: 1 }
    const least = Number(count[1])
    const open = count[2] === '' ? least : MOST_REPEATS
    return repeat(least, count[3] === '' ? open : Number(count[3]), count[0].length)
  }
  if (char === ']' || char === '}') return { ours: `\\${char}`, length: 1 }
  if (char === '/') return { ours: String.raw`\/`, length: 1 }
  // Anchors depend on flags, and a text that comes in pieces has no beginning.
  if (char === '^' || char === '$') return undefined
  return { ours: char, length: 1 }
}

function repeat(least: number, most: number, length: number): Part {
  return { ours: `{${least},${most}}`, length, repeats: { least, most } }
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
