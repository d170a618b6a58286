import { EventEmitter } from 'node:events'
import type { Readable, Writable } from 'node:stream'

type Params = Record<string, unknown>
// The protocol's own typings are no dependency of ours; what is read is named where it is read.
// biome-ignore lint/suspicious/noExplicitAny: answers of the DevTools protocol
type Answer = any

interface Waiting {
  readonly method: string
  resolve(value: Answer): void
  reject(error: Error): void
}

/** One attached target, or the browser itself. Emits the protocol's events by their names. */
export class CdpSession extends EventEmitter {
  readonly #connection: CdpConnection
  readonly #id: string | undefined

  constructor(connection: CdpConnection, id: string | undefined) {
    super()
    this.#connection = connection
    this.#id = id
  }

  send(method: string, params: Params = {}): Promise<Answer> {
    return this.#connection.request(method, params, this.#id)
  }
}

/**
 * The DevTools protocol over two pipes, messages parted by a zero byte. Chromium
 * ends by itself when the pipes close, so a double that is killed leaves no
 * browser behind.
 */
export class CdpConnection {
  readonly root: CdpSession = new CdpSession(this, undefined)
  readonly #out: Writable
  readonly #waiting = new Map<number, Waiting>()
  readonly #sessions = new Map<string, CdpSession>()
  #lastId = 0
  #open = true

  constructor(out: Writable, input: Readable) {
    this.#out = out
    let rest: Buffer = Buffer.alloc(0)
    input.on('data', (part: Buffer) => {
      rest = rest.length > 0 ? Buffer.concat([rest, part]) : part
      for (let end = rest.indexOf(0); end !== -1; end = rest.indexOf(0)) {
        const text = rest.toString('utf8', 0, end)
        rest = rest.subarray(end + 1)
        this.#receive(JSON.parse(text))
      }
    })
    input.on('close', () => this.#close())
    input.on('error', () => this.#close())
    out.on('error', () => this.#close())
  }

  session(id: string): CdpSession {
    const session = new CdpSession(this, id)
    this.#sessions.set(id, session)
    return session
  }

  request(method: string, params: Params, sessionId: string | undefined): Promise<Answer> {
    if (!this.#open) return Promise.reject(new Error('the browser has gone'))
    const id = ++this.#lastId
    const answer = new Promise((resolve, reject) =>
      this.#waiting.set(id, { resolve, reject, method }),
    )
    this.#out.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`)
    return answer
  }

  #receive(message: {
    id?: number
    error?: { message: string }
    result?: Answer
    sessionId?: string
    method?: string
    params?: Answer
  }) {
    if (message.id === undefined) {
      const session = message.sessionId ? this.#sessions.get(message.sessionId) : this.root
      session?.emit(message.method!, message.params)
      return
    }
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.error) waiting?.reject(new Error(`${waiting.method}: ${message.error.message}`))
    else waiting?.resolve(message.result)
  }

  #close() {
    this.#open = false
    for (const waiting of this.#waiting.values()) waiting.reject(new Error('the browser has gone'))
    this.#waiting.clear()
  }
}
