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
  const { where, identity, onUpgrade, onPlain, handshakeMs = HANDSHAKE_MS } = options
  const { key, certificate: cert } = identity
  const secureContext = createSecureContext({ key, cert })
  const http = { maxHeaderSize: 8 * 1024, keepAliveTimeout: 1 }
  const slaves = createHttp(http, explain).on('upgrade', upgrade)
  // Without a listener for upgrades a request for one is a request like any other.
  const strangers = createHttp(http, refusePlain)
  const listener = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, sort)
  listener.maxConnections = MOST_CONNECTIONS
  const begun = new Set<Socket>()
  // What HTTP sees of a connection, with how it is taken off our hands.
  const handOver = new Map<Duplex, () => void>()

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
    const deadline = setTimeout(() => socket.destroy(), handshakeMs)
    socket.on('error', () => {})
    socket.on('close', () => {
      begun.delete(socket)
      clearTimeout(deadline)
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
      handOver.set(over, () => {
        clearTimeout(deadline)
        begun.delete(socket)
      })
      socket.on('close', () => handOver.delete(over))
      const server = secure || !where.tls ? slaves : strangers
      server.emit('connection', over)
      if (!secure) process.nextTick(() => socket.resume())
    })
  }

  // From here on it is for others to see that it ends.
  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
    handOver.get(socket)?.()
    onUpgrade(request, socket, head)
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
