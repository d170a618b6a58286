import { Decoder, Encoder } from '@msgpack/msgpack'
import { checkFrame, FRAME_LIMITS, type FrameLimits, HostileFrameError } from './limits.ts'
import { asCount, asMap, asString, type Fields, ProtocolError } from './parse.ts'

/** Ask of the other end. Each side numbers its own requests 0, 1, 2, … per connection. */
export interface RequestMessage {
  readonly op: string
  readonly seq_number: number
  readonly [field: string]: unknown
}

/** The one answer to a request. With `is_exception` present, `result` is a text that says what failed. */
export interface ResponseMessage {
  readonly op: 'response'
  readonly seq_number: number
  readonly result: unknown
  readonly is_exception?: boolean
}

export type Message =
  | { readonly kind: 'request'; readonly op: string; readonly seq: number; readonly fields: Fields }
  | {
      readonly kind: 'response'
      readonly seq: number
      readonly result: unknown
      readonly failed: boolean
    }

/** A frame larger than this closes the link: no honest message comes near it. */
export const MAX_FRAME_BYTES = FRAME_LIMITS.bytes

const encoder = new Encoder({ ignoreUndefined: true })
const decoder = new Decoder({ useBigInt64: false })

/** One message is one binary WebSocket frame. */
export function encodeMessage(message: RequestMessage | ResponseMessage): Uint8Array {
  return encoder.encode(message)
}

/**
 * @throws ProtocolError when the frame is not one map with `op` and `seq_number`,
 * HostileFrameError when it is beyond the limits.
 */
export function decodeMessage(frame: Uint8Array, limits: FrameLimits = FRAME_LIMITS): Message {
  const fields = asMap(decodeValue(frame, limits), 'a message')
  const op = asString(fields.op, 'op')
  const seq = asCount(fields.seq_number, 'seq_number')
  if (op !== 'response') return { kind: 'request', op, seq, fields }
  return { kind: 'response', seq, result: fields.result, failed: fields.is_exception !== undefined }
}

function decodeValue(frame: Uint8Array, limits: FrameLimits): unknown {
  try {
    checkFrame(frame, limits)
    return decoder.decode(frame)
  } catch (error) {
    if (error instanceof HostileFrameError) throw error
    throw new ProtocolError(`not MessagePack: ${(error as Error).message}`)
  }
}
