import type { WebSocket } from 'ws'
import { decodeMessage, encodeMessage, type RequestMessage } from './envelope.ts'
import { FRAME_LIMITS, type FrameLimits, HostileFrameError } from './limits.ts'
import { type Fields, ProtocolError } from './parse.ts'
import { startValve } from './valve.ts'

/** One end of a connection between a master and a slave. Both ends are alike. */
export interface Link {
  /** Asks the other end. Rejects with a RemoteError when it says no, or when the link ends first. */
  request(op: string, fields?: Fields): Promise<unknown>
  /** Resolves, once, with the reason why the link ended. */
  readonly ended: Promise<string>
  /** What one frame may hold. Small at first, where the other end has yet to introduce itself. */
  limits: FrameLimits
  /**
   * Confirms each answer that comes with an unasked pong. Both of Buildbot's ends leave
   * Nagle's algorithm on: their next small frame waits for our system's acknowledgement,
   * which comes 40 ms later unless it can ride on a frame of ours.
   */
  confirmAnswers: boolean
  readonly stats: LinkStats
  close(reason: string): void
}

/** What is known of a link while it lasts. */
export interface LinkStats {
  /** Of the newest ping; `null` before the first was answered. */
  readonly latencyMs: number | null
  /** In all frames so far. */
  readonly receivedBytes: number
  /** How long nothing has been heard. */
  silentMs(): number
}

export interface LinkOptions {
  /**
   * Answers a request. What it returns, or resolves to, is the result; what it
   * throws goes back as an exception.
   */
  readonly answer: (op: string, fields: Fields) => unknown
  /** How often to ping; two missing answers end the link. */
  readonly pingMs?: number
  /** What went wrong without ending the link. */
  readonly onTrouble?: (reason: string) => void
  readonly limits?: FrameLimits
}

/** Thrown when the other end answers with an exception. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError'
}

/** Thrown at what was asked when the link ended before the answer came. */
export class LinkEndedError extends Error {
  override readonly name = 'LinkEndedError'
}

const PING_MS = 15_000
// So many messages that are none, or that are refused, within ten seconds are no mistakes.
const MOST_FAULTS = 500
const FAULTS_MS = 10_000
// Of faults that are many, the first ones say it all.
const TOLD_FAULTS = 20

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

/** Speaks the envelope over an open WebSocket. */
export function startLink(socket: WebSocket, options: LinkOptions): Link {
  const waiting = new Map<number, Waiting>()
  const valve = startValve(socket)
  let limits = options.limits ?? FRAME_LIMITS
  limitPayload(socket, limits.bytes)
  let lastSeq = -1
  let reason = ''
  let unanswered = 0
  let faults = 0
  let faultsSince = 0
  let heardAt = performance.now()
  let latencyMs: number | null = null
  let receivedBytes = 0
  let pinged: { readonly mark: string; readonly at: number } | undefined
  let lastPing = 0

  socket.binaryType = 'nodebuffer'
  socket.on('message', (frame: Buffer, isBinary: boolean) => {
    unanswered = 0
    heardAt = performance.now()
    receivedBytes += frame.length
    // What came before the close took effect is not looked at.
    if (reason !== '') return
    if (isBinary) hear(frame)
    else fault('a text frame was dropped')
  })
  for (const sign of ['ping', 'pong'])
    socket.on(sign, (mark: Buffer) => {
      unanswered = 0
      heardAt = performance.now()
      // Pongs come also unasked, see confirmAnswers.
      if (sign === 'ping' || !pinged || String(mark) !== pinged.mark) return
      latencyMs = heardAt - pinged.at
      pinged = undefined
    })
  socket.on('error', error => {
    reason ||= error.message
  })
  const pinging = setInterval(ping, options.pingMs ?? PING_MS)
  pinging.unref()

  const ended = new Promise<string>(resolve => {
    socket.on('close', (_code, said) => {
      clearInterval(pinging)
      valve.stop()
      reason ||= said.toString() || 'the connection was closed'
      for (const one of waiting.values()) one.reject(new LinkEndedError(reason))
      waiting.clear()
      resolve(reason)
    })
  })

  const link: Link = {
    request,
    ended,
    get limits() {
      return limits
    },
    set limits(next) {
      limits = next
      limitPayload(socket, next.bytes)
    },
    confirmAnswers: false,
    stats: {
      get latencyMs() {
        return latencyMs
      },
      get receivedBytes() {
        return receivedBytes
      },
      silentMs: () => performance.now() - heardAt,
    },
    close,
  }
  // Whoever opened it may have let it wait until somebody listens.
  if (socket.isPaused) socket.resume()
  return link

  function request(op: string, fields: Fields = {}): Promise<unknown> {
    if (socket.readyState !== socket.OPEN)
      return Promise.reject(new LinkEndedError(reason || 'the link is not open'))
    const seq = ++lastSeq
    return new Promise((resolve, reject) => {
      waiting.set(seq, { resolve, reject })
      send({ ...fields, op, seq_number: seq })
    })
  }

  function close(why: string) {
    reason ||= why
    // A close that waits behind what is not read would never be seen.
    valve.stop()
    // A close frame holds 123 bytes of reason at most.
    socket.close(1000, Buffer.from(why).subarray(0, 120).toString('utf8'))
    // The other end may be gone or hostile; it gets a moment to answer, not more.
    const timer = setTimeout(() => socket.terminate(), 1000)
    timer.unref()
  }

  function hear(frame: Buffer) {
    let message: ReturnType<typeof decodeMessage>
    try {
      message = decodeMessage(frame, limits)
    } catch (error) {
      if (error instanceof HostileFrameError) close(error.message)
      else fault((error as Error).message)
      return
    }
    valve.heard()
    if (message.kind === 'request')
      return void reply(message.seq, message.op, message.fields, frame.length)
    if (link.confirmAnswers && socket.readyState === socket.OPEN) socket.pong()
    const asked = waiting.get(message.seq)
    waiting.delete(message.seq)
    if (!asked) return fault(`an answer to ${message.seq}, which was not asked`)
    if (message.failed) asked.reject(new RemoteError(String(message.result)))
    else asked.resolve(message.result)
  }

  function fault(why: string) {
    if (countFault(why) <= TOLD_FAULTS) options.onTrouble?.(why)
  }

  // Nobody has to go on listening to an end that makes no sense.
  function countFault(why: string): number {
    const now = performance.now()
    if (now - faultsSince > FAULTS_MS) {
      faults = 0
      faultsSince = now
    }
    if (++faults > MOST_FAULTS) close(`too many messages that are wrong, at last: ${why}`)
    return faults
  }

  function reply(seq: number, op: string, fields: Fields, bytes: number) {
    const done = (result: unknown) =>
      respond({ op: 'response', seq_number: seq, result: result ?? null })
    const failed = (error: unknown) => {
      const text = error instanceof Error ? error.message : String(error)
      // A refusal is told to who asked; only a flood of them is trouble of ours.
      if (error instanceof ProtocolError) countFault(text)
      respond({ op: 'response', seq_number: seq, result: text, is_exception: true })
    }
    let result: unknown
    try {
      result = options.answer(op, fields)
    } catch (error) {
      return failed(error)
    }
    if (!(result instanceof Promise)) return done(result)
    const settle = valve.hold(bytes)
    result.then(done, failed).finally(settle)
  }

  function respond(message: Parameters<typeof encodeMessage>[0]) {
    if (socket.readyState === socket.OPEN) socket.send(encodeMessage(message), valve.wrote)
    valve.look()
  }

  function send(message: RequestMessage) {
    socket.send(encodeMessage(message))
  }

  function ping() {
    // While we do not read, for reasons of our own, there is nothing to be heard.
    if (valve.shut === 'for us') unanswered = 0
    if (unanswered >= 2) {
      reason ||= 'the other end stopped answering'
      socket.terminate()
      return
    }
    unanswered++
    if (socket.readyState !== socket.OPEN) return
    pinged = { mark: String(++lastPing), at: performance.now() }
    socket.ping(pinged.mark)
  }
}

// Checked by ws before a frame is in memory. It takes the figure when the socket is made, and has
// no door to change it: where this one is gone, frames are judged when they are whole.
function limitPayload(socket: WebSocket, bytes: number) {
  const { _receiver: receiver } = socket as { _receiver?: { _maxPayload?: number } }
  if (typeof receiver?._maxPayload === 'number') receiver._maxPayload = bytes
}
