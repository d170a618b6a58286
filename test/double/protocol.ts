import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { refuse } from './refuse.ts'
import { runtime } from './runtime.ts'

type Handler = (request: Request) => Response | Promise<Response>

interface Scheme {
  readonly scheme: string
  readonly privileges?: {
    readonly standard?: boolean
    readonly secure?: boolean
    readonly supportFetchAPI?: boolean
  }
}

const registered = new Set<string>()
const handlers = new Map<string, Handler>()

/**
 * Electron's `protocol`. No scheme can be taught to Chromium from outside, so
 * `app://host/path` becomes `http://host.app.localhost/path` for the browser,
 * which finds it at a server of ours on loopback; all that the app is told is
 * translated back. That also streams, which answers over DevTools could not.
 */
export const protocol = {
  registerSchemesAsPrivileged(schemes: readonly Scheme[]): void {
    if (runtime.isReady)
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
    for (const { scheme, privileges } of schemes) {
      if (!privileges?.standard || !privileges.secure || !privileges.supportFetchAPI)
        refuse(`the scheme "${scheme}" without standard, secure and supportFetchAPI`)
      registered.add(scheme)
    }
  },
  handle(scheme: string, handler: Handler): void {
    if (!registered.has(scheme)) refuse(`protocol.handle of "${scheme}", which is not registered`)
    if (handlers.has(scheme)) throw new Error(`The scheme has been registered: ${scheme}`)
    handlers.set(scheme, handler)
  },
  unhandle(scheme: string): void {
    handlers.delete(scheme)
  },
  isProtocolHandled: (scheme: string): boolean => handlers.has(scheme),
}

/** The schemes that pages may use, for the script that runs in them. */
export const knownSchemes = (): string[] => [...registered]

/** The address that Chromium goes to. */
export function toBrowser(url: string): string {
  const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]+)(.*)$/i.exec(url)
  if (!parts || !registered.has(parts[1]!)) return url
  return `http://${parts[2]}.${parts[1]}.localhost${parts[3] || '/'}`
}

/** The address that the app knows. */
export function fromBrowser(url: string): string {
  const parts = /^http:\/\/([^/]+)\.([a-z0-9+-]+)\.localhost(\/.*)?$/.exec(url)
  return parts && registered.has(parts[2]!) ? `${parts[2]}://${parts[1]}${parts[3] ?? ''}` : url
}

/** The origin of a frame, as Electron names it. */
export function originOf(url: string): string {
  const known = fromBrowser(url)
  if (known !== url) return known.slice(0, known.indexOf('/', known.indexOf('://') + 3))
  const { origin, protocol: scheme } = new URL(url)
  return scheme === 'file:' ? 'file://' : origin
}

/** Starts the server behind the schemes, and tells Chromium where it is. */
export async function startSchemes(): Promise<Server> {
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  runtime.switches.set('host-resolver-rules', `MAP *.localhost 127.0.0.1:${port}`)
  server.unref()
  return server
}

async function answer(request: IncomingMessage, response: ServerResponse) {
  const url = fromBrowser(`http://${request.headers.host}${request.url}`)
  const handler = handlers.get(url.slice(0, url.indexOf(':')))
  // As an unknown scheme, this gives no answer at all.
  if (!handler) return response.destroy()
  const { method = 'GET' } = request
  const body = method !== 'GET' && method !== 'HEAD'
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers))
    if (!['host', 'connection'].includes(name)) headers.set(name, String(value))
  try {
    const answered = await handler(
      new Request(url, {
        method,
        headers,
        ...(body && { body: Readable.toWeb(request) as ReadableStream, duplex: 'half' }),
      }),
    )
    response.writeHead(answered.status, [...answered.headers].flat())
    if (answered.body) await pipeline(Readable.fromWeb(answered.body as never), response)
    else response.end()
  } catch (error) {
    // Who asked may have gone, as at the end of the app.
    if (response.destroyed) return
    console.error(`electron double: ${url} could not be answered:`, error)
    response.destroy()
  }
}
