import { TextDecoder } from 'node:util'
import type { Pair } from './commands/output.ts'
import type { OutputEncoder } from './outbox.ts'
import type { TextSettings } from './protocol/text-settings.ts'

interface Unfinished {
  readonly decoder: TextDecoder
  /** May be the beginning of what counts as a newline. */
  held: string
  line: string
  /** When the line began, as Unix time in seconds. */
  lineAt: number
}

// The beginning of an order to a terminal.
const ORDER_BEGUN = /\u001b(?:\[[0-9;]{0,64})?$/
const LONGEST_ORDER = 66
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
    const own = { decoder: new TextDecoder(), held: '', line: '', lineAt: at }
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
    own.held = ''
    if (last) {
      if (text !== '' || own.line !== '') text += '\n'
    } else {
      const end = endOfDecided(text)
      own.held = text.slice(end)
      text = text.slice(0, end)
    }
    if (text === '') return []
    const pieces = text.replace(newline, '\n').split('\n')
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

/**
 * Where the end begins that what follows may change: a CR may become a CR LF, backspaces are one newline however many they
 * are, an escape may become an order, and whether a CR is a newline hangs on what comes after it.
 */
function endOfDecided(text: string): number {
  const tail = text.slice(-LONGEST_ORDER)
  let end = text.length - (ORDER_BEGUN.exec(tail)?.[0].length ?? 0)
  while (end > 0 && (text[end - 1] === '\r' || text[end - 1] === '\b')) end--
  return end
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
