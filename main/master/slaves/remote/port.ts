import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createSecureContext, TLSSocket } from 'node:tls'
import type { SlavePort } from '../../config/model.ts'
import type { AsyncStop } from '../../model.ts'

export type OnUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

export interface PortOptions {
  readonly where: SlavePort
  readonly identity: { readonly key: string; readonly certificate: string }
  readonly onUpgrade: OnUpgrade
  /** A file that anybody may have, by the path of a request over TLS. */
  readonly file?: (path: string) => Uint8Array | undefined
  /** Somebody spoke without encryption where that is not taken. */
  readonly onPlain: (address: string) => void
  /** How long an honest end may take for its part of the handshake. */
  readonly handshakeMs?: number
}

export interface Port {
  readonly port: number
  /** Listens no more. Links that are open stay. */
  stop: AsyncStop
}

// A real worker gives up after 5 s, so no honest one takes longer.
const HANDSHAKE_MS = 5000
// Of a file of some 90 kB.
const DOWNLOAD_MS = 60_000
const MOST_CONNECTIONS = 1000
// The first byte of every TLS connection.
const TLS_HANDSHAKE = 0x16

/**
 * Listens where slaves dial in. TLS is taken always. Without `tls` plain
 * connections are taken beside it, which stock workers need.
 *
 * @throws Error that says in one sentence why the port can't be had.
 */
export async function openPort(options: PortOptions): Promise<Port> {
  const { where, identity, onUpgrade, file, onPlain, handshakeMs = HANDSHAKE_MS } = options
  const { key, certificate: cert } = identity
  const secureContext = createSecureContext({ key, cert })
  const http = { maxHeaderSize: 8 * 1024, keepAliveTimeout: 1 }
  const slaves = createHttp(http, answer).on('upgrade', upgrade)
  // Without a listener for upgrades a request for one is a request like any other.
  const strangers = createHttp(http, refusePlain)
  const listener = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, sort)
  listener.maxConnections = MOST_CONNECTIONS
  const begun = new Set<Socket>()
  // What HTTP sees of a connection, with what is beneath it.
  const beneath = new Map<Duplex, { readonly socket: Socket; deadline: NodeJS.Timeout }>()

  await listen(where.host)
  return {
    port: (listener.address() as AddressInfo).port,
    async stop() {
      // Links that are open stay, so the end of the last connection is not waited for.
      listener.close()
      for (const socket of begun) socket.destroy()
    },
  }

  // By its first byte a connection is told to speak TLS or not.
  function sort(socket: Socket) {
    begun.add(socket)
    const held = { socket, deadline: setTimeout(() => socket.destroy(), handshakeMs) }
    socket.on('error', () => {})
    socket.on('close', () => {
      begun.delete(socket)
      clearTimeout(held.deadline)
    })
    socket.once('end', () => socket.readableFlowing && socket.destroy())
    socket.once('data', first => {
      socket.removeAllListeners('end')
      socket.pause()
      socket.unshift(first)
      const secure = first[0] === TLS_HANDSHAKE
      const over = secure ? new TLSSocket(socket, { isServer: true, secureContext }) : socket
      over.on('error', () => socket.destroy())
      over.on('close', () => socket.destroy())
      beneath.set(over, held)
      socket.on('close', () => beneath.delete(over))
      const server = secure || !where.tls ? slaves : strangers
      server.emit('connection', over)
      if (!secure) process.nextTick(() => socket.resume())
    })
  }

  // From here on it is for others to see that it ends.
  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
    const held = beneath.get(socket)
    clearTimeout(held?.deadline)
    if (held) begun.delete(held.socket)
    onUpgrade(request, socket, head)
  }

  // Whoever has no slave yet gets one here.
  function answer(request: IncomingMessage, response: ServerResponse) {
    const { socket, url = '', method } = request
    const bytes = socket instanceof TLSSocket && method === 'GET' ? file?.(url) : undefined
    if (!bytes) return explain(response)
    const held = beneath.get(socket)
    if (held) {
      clearTimeout(held.deadline)
      held.deadline = setTimeout(() => held.socket.destroy(), DOWNLOAD_MS)
    }
    const type = 'application/octet-stream'
    response.writeHead(200, {
      'content-type': type,
      'content-length': bytes.length,
      connection: 'close',
    })
    response.end(bytes)
  }

  function refusePlain(request: IncomingMessage, response: ServerResponse) {
    onPlain(request.socket.remoteAddress ?? '')
    response.writeHead(426, { 'content-type': 'text/plain', connection: 'close' })
    response.end('This port takes slaves of Triphammer, with TLS.\n')
  }

  function listen(host: string): Promise<void> {
    return new Promise((resolve, reject) => {
      listener.once('error', (error: NodeJS.ErrnoException) => {
        // A system without IPv6 has no "::" that stands for all addresses.
        if (error.code === 'EAFNOSUPPORT' && host === '::') listen('0.0.0.0').then(resolve, reject)
        else reject(new Error(explainListen(error, where)))
      })
      listener.listen(where.port, host, resolve)
    })
  }
}

function explain(response: ServerResponse) {
  response.writeHead(426, { 'content-type': 'text/plain', connection: 'close' })
  response.end('This port takes slaves of Triphammer, which speak WebSocket.\n')
}

/** Answers an upgrade with a refusal. */
export function refuse(socket: Duplex, status: string): void {
  if (socket.destroyed) return
  socket.end([`HTTP/1.1 ${status}`, 'Connection: close', 'Content-Length: 0', '', ''].join('\r\n'))
}

function explainListen(error: NodeJS.ErrnoException, { host, port }: SlavePort): string {
  const shown = host === '::' ? `port ${port}` : `${host}:${port}`
  if (error.code === 'EADDRINUSE')
    return `${shown} is in use by another program; name another with slavePort or --slave-port`
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return `${host} is not an address of this machine`
  if (error.code === 'EACCES')
    return `this user may not listen on ${shown}; ports below 1024 are kept for root`
  return `${shown} can't be listened on: ${error.message}`
}
