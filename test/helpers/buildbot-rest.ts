import { get, request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'

/** The REST port of a Buildbot master on loopback. */
export interface BuildbotRest {
  /** Resolves when it answers. */
  up(): Promise<void>
  get<T>(path: string): Promise<T>
  /** The text that is there, such as a log's. */
  text(path: string): Promise<string>
  /** Calls one of Buildbot's control methods. */
  call(path: string, method: string, params: object): Promise<unknown>
  /** Hears the master's own events, from now on. */
  hear<T>(path: string): Promise<{ next(): Promise<T>; stop(): void }>
}

export function connectRest(port: number): BuildbotRest {
  const host = '127.0.0.1'
  const text = (path: string) =>
    new Promise<string>((resolve, reject) => {
      get({ host, port, path: `/api/v2/${path}` }, response =>
        collect(response).then(resolve, reject),
      ).on('error', reject)
    })
  const rest: BuildbotRest = {
    text,
    get: async path => JSON.parse(await text(path)),
    up: () => until(() => text('masters')).then(() => undefined),
    async call(path, method, params) {
      const answer = await new Promise<string>((resolve, reject) => {
        const headers = { 'content-type': 'application/json' }
        const options = { host, port, path: `/api/v2/${path}`, method: 'POST', headers }
        const sent = request(options, response => collect(response).then(resolve, reject))
        sent.on('error', reject)
        sent.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
      })
      const { error, result } = JSON.parse(answer)
      if (error) throw new Error(`Buildbot's ${path} refused ${method}: ${JSON.stringify(error)}`)
      return result
    },
    hear: path => hear(port, path),
  }
  return rest
}

async function collect(response: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const part of response) text += part
  return text
}

function hear<T>(port: number, path: string): Promise<{ next(): Promise<T>; stop(): void }> {
  return new Promise((resolve, reject) => {
    const come: T[] = []
    const wanted: ((event: T) => void)[] = []
    const sent = get({ host: '127.0.0.1', port, path: `/sse/listen/${path}` }, response => {
      response.setEncoding('utf8')
      let text = ''
      response.on('data', (part: string) => {
        text += part
        const events = text.split(/\r?\n\r?\n/)
        text = events.pop()!
        for (const event of events) {
          if (event.includes('handshake')) resolve({ next, stop: () => sent.destroy() })
          const data = /^event: event[\s\S]*^data: (.*)$/m.exec(event)
          if (data) take(JSON.parse(data[1]!).message)
        }
      })
    }).on('error', reject)

    function take(event: T) {
      const waiting = wanted.shift()
      if (waiting) waiting(event)
      else come.push(event)
    }

    function next(): Promise<T> {
      return new Promise(done => {
        const first = come.shift()
        if (first !== undefined) done(first)
        else wanted.push(done)
      })
    }
  })
}

// Buildbot announces nothing to a program that waits for its port.
export async function until<T>(work: () => Promise<T>): Promise<T> {
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; ) {
    try {
      return await work()
    } catch {
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  }
  throw new Error('Buildbot did not come up')
}

export function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
