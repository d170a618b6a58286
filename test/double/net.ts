import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { DoubleEmitter } from './emitter.ts'
import { refuse } from './refuse.ts'

// As Chromium's.
const MOST_REDIRECTS = 20

interface RequestOptions {
  readonly method?: string
  readonly protocol?: string
  readonly hostname?: string
  readonly port?: number | string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly redirect?: 'follow' | 'error' | 'manual'
}

/** Electron's `ClientRequest`, over Node's HTTP instead of Chromium's: no proxy, no cookies, no cache. */
class DoubleRequest extends DoubleEmitter {
  readonly #options: RequestOptions
  readonly #redirect: string
  #request: ClientRequest | undefined
  #body: Buffer[] = []
  #follow: (() => void) | undefined
  #redirects = 0

  constructor(options: RequestOptions) {
    super('ClientRequest', [
      'abort',
      'aborted',
      'close',
      'error',
      'finish',
      'login',
      'redirect',
      'response',
      'socket',
    ])
    if (typeof options === 'string') refuse('net.request() with an address in place of options')
    this.#options = options
    this.#redirect = options.redirect ?? 'follow'
  }

  write = (chunk: string | Buffer) => void this.#body.push(Buffer.from(chunk))
  setHeader = () => refuse('request.setHeader()')
  followRedirect = () => this.#follow?.()

  end = (chunk?: string | Buffer) => {
    if (chunk !== undefined) this.write(chunk)
    const { protocol = 'http:', hostname, port, path, method, headers } = this.#options
    this.#send(
      new URL(`${protocol}//${hostname}${port ? `:${port}` : ''}${path ?? '/'}`),
      method,
      headers,
    )
    return this
  }

  abort = () => {
    this.#request?.destroy()
    this.emit('abort')
    this.emit('close')
  }

  #send(url: URL, method = 'GET', headers: RequestOptions['headers'] = {}) {
    const request = (url.protocol === 'https:' ? https : http).request(url, { method, headers })
    this.#request = request
    request.on('error', error => this.emit('error', error))
    request.on('response', response => this.#answer(url, response, method, headers))
    for (const part of this.#body) request.write(part)
    request.end()
  }

  #answer(url: URL, response: IncomingMessage, method: string, headers: RequestOptions['headers']) {
    const { statusCode = 0, headers: got } = response
    const to = statusCode >= 300 && statusCode < 400 && got.location
    if (!to) return void this.emit('response', response)
    response.resume()
    const next = new URL(to, url)
    if (++this.#redirects > MOST_REDIRECTS)
      return void this.emit('error', new Error('net::ERR_TOO_MANY_REDIRECTS'))
    let followed = this.#redirect === 'follow' && this.listenerCount('redirect') === 0
    this.#follow = () => {
      followed = true
    }
    // Whoever listens has to say at once that it is to be followed.
    this.emit('redirect', statusCode, method, next.href, got)
    if (followed) this.#send(next, method, headers)
    else if (this.#redirect === 'error')
      this.emit('error', new Error("Attempted to redirect, but redirect policy was 'error'"))
  }
}

export const net = {
  request: (options: RequestOptions) => new DoubleRequest(options),
}
