import { plainLine, withoutSequences } from './plain-text.ts'

// A line that is longer is handed on in parts, as it was written but for its colours.
const LONGEST_HELD = 1024 * 1024
const LONGEST_ORDER = 64

/** A log's bytes as the text that is read of them. It holds no more than one line of it. */
export async function* plainText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let held = ''
  for await (const part of bytes) {
    held += decoder.decode(part, { stream: true })
    const end = held.lastIndexOf('\n') + 1
    if (end > 0) {
      yield plainLines(held.slice(0, end))
      held = held.slice(end)
    }
    if (held.length > LONGEST_HELD) {
      // An order that has begun is not torn.
      const begun = held.lastIndexOf('\x1b')
      const end = begun < held.length - LONGEST_ORDER ? held.length : begun
      yield withoutSequences(held.slice(0, end))
      held = held.slice(end)
    }
  }
  const rest = held + decoder.decode()
  if (rest !== '') yield plainLine(rest)
}

function plainLines(text: string): string {
  return /[\r\x08\x1b\x9b]/.test(text)
    ? text.split('\n').map(plainLine).join('\n')
    : withoutSequences(text)
}
