import { chmodSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import { getRequestListener } from '@hono/node-server'
import type { AsyncStop } from '../master/model.ts'
import { createApp } from './app.ts'
import { startBridgeSocket } from './bridge-socket.ts'
import type { Doors, RecoveryDoors } from './doors.ts'
import { createSecurity } from './security.ts'

export interface HttpServer {
  readonly url: string
  /** A link that lets one browser in, once. */
  ticketUrl(): string
  /** The link that a terminal shows: it lets browsers in as long as the master runs. */
  terminalUrl(): string
  stop: AsyncStop
}

export type Where =
  | { readonly host: string; readonly port: number }
  /** A private Unix socket or named pipe. */
  | { readonly socket: string }

/**
 * Serves the page, the REST API and the bridge.
 *
 * @throws Error that says in one sentence why the address can't be had.
 */
export async function startHttp(doors: Doors | RecoveryDoors, where: Where): Promise<HttpServer> {
  let hosts: readonly string[] | undefined = []
  const security = createSecurity(doors.gate, () => hosts)
  const app = createApp(doors, security)
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false })
  const http = createServer((request, response) => {
    guard(request, response)
  })
  const bridge = startBridgeSocket(http, doors, security)

  await listen()
  if ('socket' in where) hosts = undefined
  else {
    const { port } = http.address() as AddressInfo
    hosts = [...new Set([where.host, ...namesOf(where.host)])].map(host => `${host}:${port}`)
  }
  const server: HttpServer = {
    url: hosts ? `http://${hosts[0]}` : '',
    ticketUrl: () => `${server.url}/?ticket=${doors.gate.tickets.once()}`,
    terminalUrl: () => `${server.url}/?ticket=${doors.gate.tickets.lasting}`,
    async stop() {
      bridge.stop()
      const closed = new Promise(resolve => http.close(resolve))
      http.closeAllConnections()
      await closed
    },
  }
  return server

  // Before anything looks at the path: where a request comes from decides whether it is read at all.
  function guard(request: IncomingMessage, response: ServerResponse) {
    const wrong = security.refuseOrigin(request.headers)
    if (wrong === undefined) return void listener(request, response)
    response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' }).end(`${wrong}\n`)
  }

  function listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      http.once('error', (error: NodeJS.ErrnoException) => reject(new Error(explain(error, where))))
      if ('socket' in where) {
        if (process.platform !== 'win32') rmSync(where.socket, { force: true })
        http.listen(where.socket, () => {
          if (process.platform !== 'win32') chmodSync(where.socket, 0o600)
          resolve()
        })
      } else http.listen(where.port, where.host.replace(/^\[|\]$/g, ''), resolve)
    })
  }
}

function explain(error: NodeJS.ErrnoException, where: Where): string {
  if ('socket' in where) return `The socket ${where.socket} can't be made: ${error.message}`
  const address = `${where.host}:${where.port}`
  if (error.code === 'EADDRINUSE')
    return `${address} is in use by another program. Name another with --http, or port 0 for any free one.`
  if (error.code === 'EADDRNOTAVAIL') return `${where.host} is not an address of this machine.`
  if (error.code === 'EACCES')
    return `This user may not listen on ${address}; ports below 1024 are kept for root.`
  return `${address} can't be listened on: ${error.message}`
}

// What a browser may call the address that we listen on.
function namesOf(host: string): string[] {
  const loopback = ['127.0.0.1', 'localhost', '[::1]']
  if (host !== '0.0.0.0' && host !== '::' && host !== '[::]') return loopback
  const own = Object.values(networkInterfaces()).flatMap(list => list ?? [])
  const addresses = own.map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address))
  return [...loopback, ...addresses, hostname().toLowerCase()]
}
