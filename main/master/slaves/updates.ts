import { RAW_OUTPUT_KEY } from '../../../slave/protocol/capabilities.ts'
import {
  asArray,
  asBytes,
  asCount,
  asNumber,
  asString,
  asStrings,
} from '../../../slave/protocol/parse.ts'
import { readTextLog, readTextOutput } from './text-updates.ts'

/** What the pairs of an `update` say about a command. */
export type CommandEvent =
  | {
      readonly kind: 'output'
      /** `stdout`, `stderr`, `header`, or `log:` and the name of a watched file. */
      readonly stream: string
      /** Bytes of this stream that went before; `null` when the slave does not count them. */
      readonly offset: number | null
      readonly bytes: Uint8Array
    }
  | { readonly kind: 'rc'; readonly rc: number }
  | { readonly kind: 'elapsed'; readonly elapsedS: number }
  | { readonly kind: 'failureReason'; readonly reason: string }
  | { readonly kind: 'files'; readonly files: readonly string[] }
  | { readonly kind: 'stat'; readonly stat: readonly number[] }

/**
 * Reads the pairs of an `update`, in order. Keys that a newer slave may send are
 * no fault of it, and are left out.
 *
 * @throws ProtocolError naming what is not of the protocol.
 */
export function readUpdates(pairs: readonly unknown[]): CommandEvent[] {
  return pairs.flatMap(pair => {
    const [key, value] = asArray(pair, 'a pair')
    return readPair(asString(key, 'a key'), value) ?? []
  })
}

function readPair(key: string, value: unknown): CommandEvent | undefined {
  switch (key) {
    case RAW_OUTPUT_KEY:
      return readRawOutput(value)
    case 'stdout':
    case 'stderr':
    case 'header':
      return readTextOutput(key, value)
    case 'log':
      return readTextLog(value)
    case 'rc':
      return { kind: 'rc', rc: asNumber(value, 'rc') }
    case 'elapsed':
      return { kind: 'elapsed', elapsedS: asNumber(value, 'elapsed') }
    case 'failure_reason':
      return { kind: 'failureReason', reason: asString(value, 'failure_reason') }
    case 'files':
      return { kind: 'files', files: asStrings(value, 'files') }
    case 'stat':
      return { kind: 'stat', stat: asArray(value, 'stat').map(one => asNumber(one, 'stat')) }
  }
  return undefined
}

function readRawOutput(value: unknown): CommandEvent {
  const [stream, offset, bytes] = asArray(value, 'output')
  return {
    kind: 'output',
    stream: asString(stream, 'the stream'),
    offset: asCount(offset, 'the offset'),
    bytes: asBytes(bytes, 'the output'),
  }
}
