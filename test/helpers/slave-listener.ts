import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { MAX_FRAME_BYTES } from '../../slave/protocol/envelope.ts'
import { later } from './cleanup.ts'

export interface SlaveListener {
  readonly port: number
  /** The next slave that dials. */
  next(): Promise<WebSocket>
  /** Cuts every connection there is, as a pulled cable does. */
  cut(): void
}

/** A bare listener for slaves that dial in: any name, any password. */
export async function slaveListener(): Promise<SlaveListener> {
  const server = createServer()
  const sockets = new WebSocketServer({
    server,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
  })
  const connections = new Set<Socket>()
  server.on('connection', socket => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
  })
  const come: WebSocket[] = []
  const wanted: ((socket: WebSocket) => void)[] = []
  sockets.on('connection', socket => {
    const take = wanted.shift()
    if (take) take(socket)
    else come.push(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  later(async () => {
    for (const socket of connections) socket.destroy()
    sockets.close()
    await new Promise(closed => server.close(closed))
  })
  return {
    port: (server.address() as AddressInfo).port,
    next: () =>
      new Promise(resolve => {
        const first = come.shift()
        if (first) resolve(first)
        else wanted.push(resolve)
      }),
    cut() {
      for (const socket of connections) socket.destroy()
    },
  }
}
