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

// A CR may become a CR LF, an escape the order to a terminal.
const MAY_GO_ON = /(?:\r|\u001b(?:\[[0-9;]{0,12})?)$/
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
      own.held = MAY_GO_ON.exec(text)?.[0] ?? ''
      text = text.slice(0, text.length - own.held.length)
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

/** Where to cut so that no character is torn. */
function whole(text: string, at: number): number {
  const code = text.charCodeAt(at - 1)
  return code >= 0xd800 && code < 0xdc00 && at > 1 ? at - 1 : at
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
