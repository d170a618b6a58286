import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { SlavePort } from '../../config/model.ts'
import type { AsyncStop } from '../../model.ts'

export type OnUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

export interface PortOptions {
  readonly where: SlavePort
  readonly identity: { readonly key: string; readonly certificate: string }
  readonly onUpgrade: OnUpgrade
  /** Somebody spoke without encryption where that is not taken. */
  readonly onPlain: (address: string) => void
}

export interface Port {
  readonly port: number
  /** Listens no more. Links that are open stay. */
  stop: AsyncStop
}

// A real worker gives up after 5 s, so no honest one takes longer.
const HANDSHAKE_MS = 5000
const MOST_CONNECTIONS = 1000
// The first byte of every TLS connection.
const TLS_HANDSHAKE = 0x16
const HTTP = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: HANDSHAKE_MS,
  requestTimeout: HANDSHAKE_MS,
  connectionsCheckingInterval: HANDSHAKE_MS / 2,
  keepAliveTimeout: 1,
}

/**
 * Listens where slaves dial in. TLS is taken always. Without `tls` plain
 * connections are taken beside it, which stock workers need.
 *
 * @throws Error that says in one sentence why the port can't be had.
 */
export async function openPort(options: PortOptions): Promise<Port> {
  const { where, identity, onUpgrade, onPlain } = options
  const { key, certificate: cert } = identity
  const secure = createHttps({ ...HTTP, key, cert, handshakeTimeout: HANDSHAKE_MS }, explain)
  const plain = createHttp(HTTP, where.tls ? refusePlain : explain)
  secure.on('upgrade', onUpgrade)
  // Without a listener for upgrades a request for one is a request like any other.
  if (!where.tls) plain.on('upgrade', onUpgrade)
  // What is no HTTP is answered by Node itself, and a broken handshake is the other end's affair.
  secure.on('tlsClientError', (_error, socket) => socket.destroy())
  const listener = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, sort)
  listener.maxConnections = MOST_CONNECTIONS
  const waiting = new Set<Socket>()

  await listen(where.host)
  return {
    port: (listener.address() as AddressInfo).port,
    async stop() {
      const closed = new Promise(resolve => listener.close(resolve))
      for (const socket of waiting) socket.destroy()
      secure.closeAllConnections()
      plain.closeAllConnections()
      secure.close()
      plain.close()
      // Links that were upgraded stay, so this is not waited for.
      void closed
    },
  }

  // By its first byte a connection goes to one server or the other.
  function sort(socket: Socket) {
    waiting.add(socket)
    socket.setTimeout(HANDSHAKE_MS, () => socket.destroy())
    socket.on('error', () => {})
    socket.on('close', () => waiting.delete(socket))
    socket.once('end', () => waiting.has(socket) && socket.destroy())
    socket.once('data', first => {
      waiting.delete(socket)
      socket.setTimeout(0)
      socket.pause()
      socket.unshift(first)
      const server = first[0] === TLS_HANDSHAKE ? secure : plain
      server.emit('connection', socket)
      // The server takes over on the next turn of the loop.
      process.nextTick(() => socket.resume())
    })
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

function explain(_request: IncomingMessage, response: ServerResponse) {
  response.writeHead(426, { 'content-type': 'text/plain', connection: 'close' })
  response.end('This port takes slaves of Triphammer, which speak WebSocket.\n')
}

/** Answers an upgrade with a refusal. */
export function refuse(socket: Duplex, status: string, more: readonly string[] = []): void {
  if (socket.destroyed) return
  socket.end(
    [`HTTP/1.1 ${status}`, 'Connection: close', 'Content-Length: 0', ...more, '', ''].join('\r\n'),
  )
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
