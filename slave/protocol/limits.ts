import { ProtocolError } from './parse.ts'

/** What one frame may hold. It is checked on the bytes, before anything is made of them. */
export interface FrameLimits {
  readonly bytes: number
  /** Values in all, keys included: a short frame may promise millions of them. */
  readonly values: number
  /** Lists and maps within each other. */
  readonly depth: number
}

export const FRAME_LIMITS: FrameLimits = {
  bytes: 64 * 1024 * 1024,
  values: 1_000_000,
  depth: 32,
}

/** Until the other end has introduced itself. The largest honest message is the worker info. */
export const HANDSHAKE_LIMITS: FrameLimits = { bytes: 1024 * 1024, values: 20_000, depth: 32 }

/** Thrown at a frame that is beyond the limits. Nobody sends one by mistake: the link is closed. */
export class HostileFrameError extends ProtocolError {}

// A map of many keys costs far more memory than its bytes.
const MOST_KEYS = 65_536

/**
 * Walks through the MessagePack of a frame without decoding it.
 *
 * @throws HostileFrameError when it is beyond the limits, ProtocolError when it is not one whole value.
 */
export function checkFrame(frame: Uint8Array, limits: FrameLimits): void {
  const { byteLength } = frame
  if (byteLength > limits.bytes)
    throw new HostileFrameError(`a frame of ${byteLength} bytes, of ${limits.bytes} at most`)
  const view = new DataView(frame.buffer, frame.byteOffset, byteLength)
  // How many values each open list or map still wants.
  const wanted: number[] = [1]
  let values = 0
  let at = 0
  for (;;) {
    while (wanted.length > 0 && wanted.at(-1) === 0) wanted.pop()
    if (wanted.length === 0) break
    wanted[wanted.length - 1]!--
    if (++values > limits.values) throw new HostileFrameError(`more than ${limits.values} values`)
    if (at >= byteLength) throw cutShort()
    const [children, size] = measure(view, at)
    at += size
    if (at > byteLength) throw cutShort()
    if (children === 0) continue
    // Each child takes a byte at least: a count that the frame cannot hold is a lie.
    if (children > byteLength - at) throw cutShort()
    if (wanted.length > limits.depth)
      throw new HostileFrameError(`lists and maps nest deeper than ${limits.depth}`)
    wanted.push(children)
  }
  if (at !== byteLength) throw new ProtocolError(`${byteLength - at} bytes after the message`)
}

/** How many values follow as children of the one at `at`, and how many bytes it takes itself. */
function measure(view: DataView, at: number): [children: number, size: number] {
  const type = view.getUint8(at)
  if (type <= 0x7f || type >= 0xe0) return [0, 1]
  if (type <= 0x8f) return [keys(type & 0x0f), 1]
  if (type <= 0x9f) return [type & 0x0f, 1]
  if (type <= 0xbf) return [0, 1 + (type & 0x1f)]
  switch (type) {
    case 0xc0: // nil
    case 0xc2: // false
    case 0xc3: // true
      return [0, 1]
    case 0xc4: // bin 8
    case 0xd9: // str 8
      return [0, 2 + length(view, at, 1)]
    case 0xc5: // bin 16
    case 0xda: // str 16
      return [0, 3 + length(view, at, 2)]
    case 0xc6: // bin 32
    case 0xdb: // str 32
      return [0, 5 + length(view, at, 4)]
    case 0xcc: // uint 8
    case 0xd0: // int 8
      return [0, 2]
    case 0xcd: // uint 16
    case 0xd1: // int 16
      return [0, 3]
    case 0xca: // float 32
    case 0xce: // uint 32
    case 0xd2: // int 32
      return [0, 5]
    case 0xcb: // float 64
    case 0xcf: // uint 64
    case 0xd3: // int 64
      return [0, 9]
    case 0xdc: // array 16
      return [length(view, at, 2), 3]
    case 0xdd: // array 32
      return [length(view, at, 4), 5]
    case 0xde: // map 16
      return [keys(length(view, at, 2)), 3]
    case 0xdf: // map 32
      return [keys(length(view, at, 4)), 5]
    default:
      // Extensions are not of this protocol, and 0xc1 is of none.
      throw new ProtocolError(`a value of type 0x${type.toString(16)}`)
  }
}

function length(view: DataView, at: number, bytes: 1 | 2 | 4): number {
  if (at + 1 + bytes > view.byteLength) throw cutShort()
  if (bytes === 1) return view.getUint8(at + 1)
  return bytes === 2 ? view.getUint16(at + 1) : view.getUint32(at + 1)
}

function keys(count: number): number {
  if (count > MOST_KEYS) throw new HostileFrameError(`a map of ${count} keys`)
  return count * 2
}

function cutShort(): ProtocolError {
  return new ProtocolError('the message is cut short')
}
