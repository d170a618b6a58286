import { asArray, asCount, asNumber, asString } from '../../../slave/protocol/parse.ts'

/** Output as Buildbot's workers send it: whole lines, decoded by the worker. */
export interface TextOutput {
  readonly kind: 'output'
  /** `stdout`, `stderr`, `header`, or `log:` and the name of a watched file. */
  readonly stream: string
  /** The worker counts nothing: its output begins anew with each link. */
  readonly offset: null
  readonly bytes: Uint8Array
}

/**
 * Reads `[text, positions, times]`. Where the lines end is plain from the text, and when
 * they came is told by their arrival; a line that the worker cut has fewer times than
 * newlines, so that neither list may be relied upon.
 *
 * @throws ProtocolError naming what is not of the protocol.
 */
export function readTextOutput(stream: string, value: unknown): TextOutput {
  const [text, positions, times] = asArray(value, stream)
  for (const position of asArray(positions ?? [], `the positions of ${stream}`))
    asCount(position, 'a position')
  for (const time of asArray(times ?? [], `the times of ${stream}`)) asNumber(time, 'a time')
  return {
    kind: 'output',
    stream,
    offset: null,
    bytes: Buffer.from(asString(text, `the text of ${stream}`), 'utf8'),
  }
}

/** Reads `[name, [text, positions, times]]`, of a watched file. */
export function readTextLog(value: unknown): TextOutput {
  const [name, output] = asArray(value, 'log')
  return readTextOutput(`log:${asString(name, 'the name of a log')}`, output)
}

/**
 * Why a command was ended, from what a worker older than `failure_reason` writes into the
 * header. Only of use where a signal ended the command: the header holds the command's own
 * text, too.
 */
export function findFailureReason(header: string): string | null {
  const said = /^command timed out: \S+ seconds (without output|elapsed) running /m.exec(header)
  if (!said) return null
  return said[1] === 'elapsed' ? 'timeout' : 'timeout_without_output'
}
