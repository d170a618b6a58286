import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { refusal } from './control.ts'
import { openMasterKeys } from './master-keys.ts'
import { createPairing, type Pairing } from './pairing.ts'
import type { Address } from './protocol/dial.ts'
import { MAX_FRAME_BYTES } from './protocol/envelope.ts'
import { type Hello, helloMessage } from './protocol/hello.ts'
import { ensureIdentity } from './protocol/identity.ts'
import { ownAddresses } from './protocol/own-addresses.ts'
import {
  FORGET_PATH,
  HELLO_PATH,
  PAIR_BEGIN_PATH,
  PAIR_PROVE_PATH,
  PAIRING_FORM,
} from './protocol/pairing.ts'
import { ProtocolError } from './protocol/parse.ts'

export interface ListenOptions {
  readonly where: Address
  /** The state folder: certificate and keys. */
  readonly folder: string
  /** What it tells whoever may pair with it. */
  readonly about: Omit<Hello, 'form' | 'taken' | 'codeGoodForMs'>
  readonly say: (topic: string, text: string) => void
  readonly now?: () => number
  /** Of the pairing; for tests. */
  readonly cost?: number
}

export interface RemoteDoor {
  readonly fingerprint: string
  /** How other machines may call it. */
  readonly addresses: readonly string[]
  /** Shows a new code, unless the slave has a master. Returns what it did, in words. */
  newCode(): string
  /** There is no master from now on. Returns what it did, in words. */
  forget(why: string): string
  close(): void
}

export const IDENTITY_FILE = 'slave.pem'

const HANDSHAKE_MS = 5000
const MOST_CONNECTIONS = 100
const LARGEST_MESSAGE_BYTES = 4096
const MOST_TOLD = 100

/**
 * Waits, encrypted, for the one master that this slave is paired with, and shows a
 * code to pair with while there is none.
 *
 * @throws Error that says in one sentence why it can't wait there.
 */
export async function listenForRemoteMaster(
  options: ListenOptions,
  onMaster: (socket: WebSocket) => void,
): Promise<RemoteDoor> {
  const { where, folder, about, say, now = Date.now } = options
  const identity = ensureIdentity(folder, IDENTITY_FILE, `triphammer-slave-${about.name}`)
  const keys = openMasterKeys(folder, now)
  let announced = ''
  const pairing = createPairing({
    fingerprint: identity.fingerprint,
    keys,
    now,
    ...(options.cost && { cost: options.cost }),
    onCode(code, goodForMs) {
      announced = `code ${code}, good until ${timeOf(now() + goodForMs)} and for five tries`
      say('pairing', announced)
      say(
        'pairing',
        `in Triphammer choose "Attach a slave", or run: triphammer attach ${addresses[0]} --code ${code}`,
      )
    },
    say: text => say('pairing', text),
  })
  const server = createServer({
    key: identity.key,
    cert: identity.certificate,
    handshakeTimeout: HANDSHAKE_MS,
    maxHeaderSize: 8 * 1024,
    headersTimeout: HANDSHAKE_MS,
    requestTimeout: HANDSHAKE_MS,
    connectionsCheckingInterval: HANDSHAKE_MS / 2,
    noDelay: true,
    keepAlive: true,
  })
  server.maxConnections = MOST_CONNECTIONS
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
  })
  const links = new Set<WebSocket>()
  const told = new Set<string>()
  server.on('request', (request, response) => void answer(request, response))
  server.on('upgrade', upgrade)
  server.on('tlsClientError', (_error, socket) => socket.destroy())

  await listen(server, where)
  const { port } = server.address() as AddressInfo
  const addresses = ownAddresses(where.host, port)
  say('slave', `waits at ${addresses.join(' or ')}`)
  say('slave', `fingerprint ${identity.fingerprint}`)
  if (keys.taken) say('slave', 'is paired with its master, and takes no other')
  pairing.newCode()

  return {
    fingerprint: identity.fingerprint,
    addresses,
    newCode() {
      if (keys.taken)
        return refusal(
          `slave "${about.name}" is paired with a master; --forget makes it forget that one first`,
        )
      pairing.newCode()
      return announced
    },
    forget(why) {
      forget(why)
      return `slave "${about.name}" has forgotten its master; ${announced}`
    },
    close() {
      server.close()
      server.closeAllConnections()
      sockets.close()
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const [status, body] = await route(request).catch((error: Error) =>
      error instanceof ProtocolError
        ? ([400, { problem: 'message', message: error.message }] as const)
        : ([500, { problem: 'other' }] as const),
    )
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
    response.end(`${JSON.stringify(body)}\n`)
  }

  async function route(request: IncomingMessage): Promise<readonly [number, object]> {
    const path = request.url ?? ''
    if (request.method === 'GET' && path === HELLO_PATH) return [200, hello(pairing)]
    if (request.method !== 'POST') return [404, { problem: 'path' }]
    const message = await readMessage(request)
    switch (path) {
      case PAIR_BEGIN_PATH: {
        const { status, body } = pairing.begin(message)
        return [status, body]
      }
      case PAIR_PROVE_PATH: {
        const { status, body } = await pairing.prove(message)
        return [status, body]
      }
      case FORGET_PATH: {
        const key = keyOf(request)
        if (key === undefined || !pairing.isMaster(key)) return [401, { problem: 'key' }]
        forget('the master does not want it any more')
        return [200, {}]
      }
      default:
        return [404, { problem: 'path' }]
    }
  }

  function hello({ taken: isTaken, codeGoodForMs }: Pairing): object {
    return helloMessage({ form: PAIRING_FORM, ...about, taken: isTaken, codeGoodForMs })
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
    socket.on('error', () => {})
    const key = keyOf(request)
    if (key === undefined || !pairing.isMaster(key)) {
      tellStranger(request.socket.remoteAddress ?? 'somebody')
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, webSocket => {
      links.add(webSocket)
      webSocket.on('close', () => links.delete(webSocket))
      webSocket.on('error', () => {})
      onMaster(webSocket)
    })
  }

  function tellStranger(address: string) {
    if (told.has(address) || told.size >= MOST_TOLD) return
    told.add(address)
    say('pairing', `${address} was refused: it does not show the key of this slave's master`)
  }

  function forget(why: string) {
    say('pairing', `the master was forgotten: ${why}`)
    for (const link of links) link.close(1008, 'the slave has forgotten this master')
    pairing.forget()
  }
}

function keyOf(request: IncomingMessage): string | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/.exec(request.headers.authorization ?? '')?.[1]
  const text = encoded && Buffer.from(encoded, 'base64').toString('utf8')
  return text?.startsWith('master:') ? text.slice('master:'.length) : undefined
}

function readMessage(request: IncomingMessage): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (part: string) => {
      text += part
      if (text.length > LARGEST_MESSAGE_BYTES) {
        reject(new ProtocolError('the message is too long'))
        request.pause()
      }
    })
    request.on('error', reject)
    request.on('end', () => {
      try {
        resolve(JSON.parse(text))
      } catch {
        reject(new ProtocolError('the message is no JSON'))
      }
    })
  })
}

function listen(server: Server, where: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const attempt = (host: string) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        // A system without IPv6 has no "::" that stands for all addresses.
        if (error.code === 'EAFNOSUPPORT' && host === '::') attempt('0.0.0.0')
        else reject(new Error(explain(error, where)))
      })
      server.listen(where.port, host, () => {
        server.removeAllListeners('error')
        server.on('error', () => {})
        resolve()
      })
    }
    attempt(where.host)
  })
}

function explain(error: NodeJS.ErrnoException, { host, port }: Address): string {
  if (error.code === 'EADDRINUSE')
    return `port ${port} is in use by another program; name another with --listen`
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return `${host} is not an address of this machine`
  if (error.code === 'EACCES')
    return `this user may not listen on port ${port}; ports below 1024 are kept for root`
  return `port ${port} can't be listened on: ${error.message}`
}

function timeOf(moment: number): string {
  return new Date(moment).toTimeString().slice(0, 5)
}
