// A name of a branch, an author or another machine may hold codes that move the cursor, clear the
// screen or set the title, and so put words of its own in front of ours.

// C0 but tab and line feed, DEL, C1, and what turns the direction of writing.
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g
const COLOUR = /\x1b\[[0-9;]*m/y

/** A text in which nothing speaks to the terminal but the colours that are ours. */
export function safe(text: string, ours: ReadonlySet<string>): string {
  return text.replace(CONTROLS, (sign, at: number) => {
    COLOUR.lastIndex = at
    const colour = sign === '\x1b' ? COLOUR.exec(text)?.[0] : undefined
    return colour !== undefined && ours.has(colour) ? sign : picture(sign)
  })
}

/** The same in one line. */
export function safeLine(text: string, ours: ReadonlySet<string>): string {
  return safe(text, ours).replaceAll('\n', '␊')
}

// C0 and DEL have pictures of their own.
function picture(sign: string): string {
  const code = sign.codePointAt(0)!
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  return code === 0x7f ? '␡' : '\ufffd'
}

// How long a sequence may be whose end has not come yet.
const LONGEST_OPEN = 4096
const SEQUENCE =
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-Z\\`-~])/gy
const OPEN = /\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)$/

/**
 * Passes a log on to a terminal, in pieces as they come: its text and its colours, and no other
 * sequence. What builds write is theirs to write, but not to the terminal of whoever reads it.
 */
export function createLogFilter(): (bytes: Uint8Array) => string {
  const decoder = new TextDecoder()
  let open = ''
  return bytes => {
    const text = open + decoder.decode(bytes, { stream: true })
    const cut = text.slice(-LONGEST_OPEN).search(OPEN)
    const end = cut < 0 ? text.length : Math.max(0, text.length - LONGEST_OPEN) + cut
    open = text.slice(end)
    return colouredOnly(text.slice(0, end))
  }
}

function colouredOnly(text: string): string {
  let told = ''
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('\x1b', at)
    told += text.slice(at, next < 0 ? text.length : next).replace(UNSAFE_IN_LOGS, '')
    if (next < 0) break
    SEQUENCE.lastIndex = next
    const [sequence = '\x1b'] = SEQUENCE.exec(text) ?? []
    if (/^\x1b\[[0-9;:]*m$/.test(sequence)) told += sequence
    at = next + sequence.length
  }
  return told
}

// Of the controls a log keeps tab, line feed and carriage return.
const UNSAFE_IN_LOGS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g
