import type { WebSocket } from 'ws'
import { decodeMessage, encodeMessage, type RequestMessage } from './envelope.ts'
import type { Fields } from './parse.ts'

/** One end of a connection between a master and a slave. Both ends are alike. */
export interface Link {
  /** Asks the other end. Rejects with a RemoteError when it says no, or when the link ends first. */
  request(op: string, fields?: Fields): Promise<unknown>
  /** Resolves, once, with the reason why the link ended. */
  readonly ended: Promise<string>
  close(reason: string): void
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

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

/** Speaks the envelope over an open WebSocket. */
export function startLink(socket: WebSocket, options: LinkOptions): Link {
  const waiting = new Map<number, Waiting>()
  let lastSeq = -1
  let reason = ''
  let unanswered = 0

  socket.binaryType = 'nodebuffer'
  socket.on('message', (frame: Buffer, isBinary: boolean) => {
    unanswered = 0
    if (isBinary) hear(frame)
    else options.onTrouble?.('a text frame was dropped')
  })
  socket.on('pong', () => {
    unanswered = 0
  })
  socket.on('error', error => {
    reason ||= error.message
  })
  const pinging = setInterval(ping, options.pingMs ?? PING_MS)
  pinging.unref()

  const ended = new Promise<string>(resolve => {
    socket.on('close', (_code, said) => {
      clearInterval(pinging)
      reason ||= said.toString() || 'the connection was closed'
      for (const one of waiting.values()) one.reject(new LinkEndedError(reason))
      waiting.clear()
      resolve(reason)
    })
  })

  return { request, ended, close }

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
    // A close frame holds 123 bytes of reason at most.
    socket.close(1000, Buffer.from(why).subarray(0, 120).toString('utf8'))
    // The other end may be gone or hostile; it gets a moment to answer, not more.
    const timer = setTimeout(() => socket.terminate(), 1000)
    timer.unref()
  }

  function hear(frame: Buffer) {
    let message: ReturnType<typeof decodeMessage>
    try {
      message = decodeMessage(frame)
    } catch (error) {
      options.onTrouble?.((error as Error).message)
      return
    }
    if (message.kind === 'request') return void reply(message.seq, message.op, message.fields)
    const asked = waiting.get(message.seq)
    waiting.delete(message.seq)
    if (!asked) return options.onTrouble?.(`an answer to ${message.seq}, which was not asked`)
    if (message.failed) asked.reject(new RemoteError(String(message.result)))
    else asked.resolve(message.result)
  }

  function reply(seq: number, op: string, fields: Fields) {
    try {
      const result = options.answer(op, fields)
      if (result instanceof Promise) result.then(done, failed)
      else done(result)
    } catch (error) {
      failed(error)
    }

    function done(result: unknown) {
      respond({ op: 'response', seq_number: seq, result: result ?? null })
    }
    function failed(error: unknown) {
      const text = error instanceof Error ? error.message : String(error)
      respond({ op: 'response', seq_number: seq, result: text, is_exception: true })
    }
  }

  function respond(message: Parameters<typeof encodeMessage>[0]) {
    if (socket.readyState === socket.OPEN) socket.send(encodeMessage(message))
  }

  function send(message: RequestMessage) {
    socket.send(encodeMessage(message))
  }

  function ping() {
    if (unanswered >= 2) {
      reason ||= 'the other end stopped answering'
      socket.terminate()
      return
    }
    unanswered++
    if (socket.readyState === socket.OPEN) socket.ping()
  }
}
