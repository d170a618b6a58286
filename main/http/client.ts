import { type IncomingMessage, request } from 'node:http'
import type { Answer, Arguments, Channel, Reply, SequencedNews } from '../bridge/contract.ts'
import { RefusedError } from '../bridge/refused.ts'
import type { LogId, Stop } from '../master/model.ts'
import { openPrivateSocket } from '../master/slaves/private-socket.ts'

/** Speaks to a running master over its private socket. */
export interface Client {
  request<C extends Channel>(channel: C, ...args: Arguments<C>): Promise<Answer<C>>
  /** Hears news until stopped; `onEnd` when the master goes. */
  listen(listener: (news: SequencedNews) => void, onEnd: () => void): Promise<Stop>
  /** A log's exact bytes from an offset to its present end. */
  logBytes(id: LogId, from: number): AsyncIterable<Uint8Array>
  /** A URL that lets a browser in, once; `null` when the master serves no HTTP. */
  ticketUrl(): Promise<string | null>
}

export function connectClient(socketPath: string): Client {
  return {
    async request(channel, ...args) {
      const reply = (await post(socketPath, `/bridge/${channel}`, args)) as Reply<
        Answer<typeof channel>
      >
      if (reply.ok) return reply.value
      // What is refused before it comes to the bridge has its words one level deeper.
      const { error } = reply as { error: string | { readonly message: string } }
      throw new RefusedError(typeof error === 'string' ? error : error.message)
    },
    listen(listener, onEnd) {
      const socket = openPrivateSocket(socketPath, '/bridge')
      socket.on('message', data => {
        const message = JSON.parse(String(data)) as { news?: SequencedNews }
        if (message.news) listener(message.news)
      })
      socket.on('close', onEnd)
      return new Promise((resolve, reject) => {
        socket.once('open', () =>
          resolve(() => {
            socket.off('close', onEnd)
            socket.terminate()
          }),
        )
        socket.on('error', error => reject(explain(error, socketPath)))
      })
    },
    async *logBytes(id, from) {
      const path = `/download/logs/${id}?from=${from}`
      yield* await get(socketPath, path)
    },
    async ticketUrl() {
      return ((await post(socketPath, '/ticket', null)) as { url: string | null }).url
    },
  }
}

function get(socketPath: string, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path, headers: { host: 'localhost' } }, response => {
      if (response.statusCode === 200) resolve(response)
      else reject(new RefusedError(`the master answered ${response.statusCode} to ${path}`))
    })
    sent.on('error', error => reject(explain(error, socketPath)))
    sent.end()
  })
}

function post(socketPath: string, path: string, body: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        socketPath,
        path,
        method: 'POST',
        headers: { 'content-type': 'application/json', host: 'localhost' },
      },
      response => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('error', reject)
        response.on('end', () => {
          try {
            resolve(JSON.parse(Buffer.concat(parts).toString('utf8')))
          } catch {
            reject(new Error(`the master answered ${response.statusCode} and no JSON`))
          }
        })
      },
    )
    sent.on('error', error => reject(explain(error, socketPath)))
    sent.end(JSON.stringify(body))
  })
}

function explain(error: NodeJS.ErrnoException, socketPath: string): Error {
  if (error.code !== 'ENOENT' && error.code !== 'ECONNREFUSED') return error
  return new Error(
    `The master of this data directory can't be reached: ${socketPath} is gone. Stop that master and start it again.`,
  )
}
