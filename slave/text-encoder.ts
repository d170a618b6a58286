import { TextDecoder } from 'node:util'
import type { Pair } from './commands/output.ts'
import type { OutputEncoder } from './outbox.ts'
import type { Newlines } from './protocol/newline-pattern.ts'
import type { TextSettings } from './protocol/text-settings.ts'

interface Unfinished {
  readonly decoder: TextDecoder
  /** May be the beginning of what counts as a newline. */
  held: string
  line: string
  /** When the line began, as Unix time in seconds. */
  lineAt: number
}

const SURROGATES = /[\ud800-\udfff]/

// A master that gets each line as it comes has more to do with that than with its builds; one that
// waits as long as Buildbot's asks for shows a log that stands still.
const LONGEST_GATHER_MS = 250

/**
 * Turns what one command writes into whole lines of text, as Buildbot's masters take it.
 * What has no newline at the end is given one.
 */
export function createTextEncoder(settings: TextSettings): OutputEncoder {
  const streams = new Map<string, Unfinished>()
  const { newline, maxLineLength } = settings

  return {
    windowBytes: 1,
    messageBytes: settings.bufferSize,
    gatherMs: Math.min(settings.bufferTimeoutMs, LONGEST_GATHER_MS),
    encode({ stream, bytes, at }) {
      const own = streams.get(stream) ?? begin(stream, at)
      return append(stream, own, own.decoder.decode(bytes, { stream: true }), at, false)
    },
    end() {
      return [...streams].flatMap(([stream, own]) => [
        ...append(stream, own, own.decoder.decode(), own.lineAt, true),
      ])
    },
  }

  function begin(stream: string, at: number): Unfinished {
    const own = {
      decoder: new TextDecoder('utf-8', { ignoreBOM: true }),
      held: '',
      line: '',
      lineAt: at,
    }
    streams.set(stream, own)
    return own
  }

  function append(
    stream: string,
    own: Unfinished,
    decoded: string,
    at: number,
    last: boolean,
  ): readonly Pair[] {
    let text = own.held + decoded
    if (last && (text !== '' || own.line !== '')) text += '\n'
    const pieces = split(text, own, newline)
    if (pieces.length === 1 && pieces[0] === '') return []
    const lines: string[] = []
    const times: number[] = []
    for (const [i, piece] of pieces.entries()) {
      if (own.line === '') own.lineAt = at
      own.line += piece
      while (own.line.length >= maxLineLength) {
        const cut = whole(own.line, maxLineLength - 1)
        lines.push(own.line.slice(0, cut))
        times.push(own.lineAt)
        own.line = own.line.slice(cut)
        own.lineAt = at
      }
      if (i === pieces.length - 1) break
      lines.push(own.line)
      times.push(own.lineAt)
      own.line = ''
    }
    return inMessages(lines, times, settings.bufferSize).map(value =>
      stream.startsWith('log:') ? ['log', [stream.slice(4), value]] : [stream, value],
    )
  }
}

// A pattern that fits nothing, where something follows, would do so again and again.
const asNewline = (match: string) => (match === '' ? '' : '\n')

/**
 * The lines of a text, of which the last has not ended. What may yet become a newline is held back.
 * Each line is looked at by itself: where the pipe was cut must make no difference.
 */
function split(text: string, own: Unfinished, { pattern, undecided }: Newlines): string[] {
  const tailAt = text.lastIndexOf('\n') + 1
  const whole = text.slice(0, tailAt).split(/(?<=\n)/)
  const lines = whole.flatMap(line => line.replace(pattern, asNewline).split('\n').slice(0, -1))
  const tail = text.slice(tailAt)
  const sure = tail.length - undecided(tail)
  let at = 0
  for (const match of tail.matchAll(pattern)) {
    if (match.index >= sure) break
    if (match[0] === '') continue
    lines.push(tail.slice(at, match.index))
    at = match.index + match[0].length
  }
  own.held = tail.slice(Math.max(at, sure))
  lines.push(tail.slice(at, Math.max(at, sure)))
  return lines
}

/** Where to cut so that no character is torn. A single one may be longer than the limit. */
function whole(text: string, at: number): number {
  const code = text.charCodeAt(at - 1)
  if (code < 0xd800 || code >= 0xdc00) return at
  return at > 1 ? at - 1 : at + 1
}

/** Texts with the places of their newlines, counted in code points, and the times of their lines. */
function inMessages(lines: readonly string[], times: readonly number[], mostCost: number) {
  const messages: [text: string, positions: number[], times: number[]][] = []
  let cost = 0
  let place = 0
  for (const [i, line] of lines.entries()) {
    const own = line.length + 1 + 16
    let message = messages.at(-1)
    if (!message || cost + own > mostCost) {
      messages.push((message = ['', [], []]))
      cost = 0
      place = 0
    }
    cost += own
    place += codePoints(line)
    message[0] += `${line}\n`
    message[1].push(place)
    message[2].push(times[i]!)
    place++
  }
  return messages
}

function codePoints(text: string): number {
  if (!SURROGATES.test(text)) return text.length
  let count = 0
  for (const _ of text) count++
  return count
}
