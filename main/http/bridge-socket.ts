import type { Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { callHandler } from '../bridge/call.ts'
import { alone } from '../master/boundary.ts'
import type { Stop } from '../master/model.ts'
import type { Doors, RecoveryDoors } from './doors.ts'
import { type Security, SOCKET_PROTOCOL, type Visitor } from './security.ts'

const LARGEST_MESSAGE_BYTES = 4 * 1024 * 1024
// A page that does not read any more is let go; it begins again with a fresh snapshot.
const MOST_UNSENT_BYTES = 32 * 1024 * 1024

// Of the codes that are free for private use.
const SIGNED_OUT = 4401

/** The bridge over a WebSocket: requests up, answers and numbered news down, as JSON. */
export function startBridgeSocket(
  server: Server,
  doors: Doors | RecoveryDoors,
  security: Security,
): { stop: Stop } {
  const { handlers, news, log } = doors
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: LARGEST_MESSAGE_BYTES,
    // Never the one that has the token in it: an answer is logged more easily than a question.
    handleProtocols: offered => (offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false),
  })
  const browsers = new Map<WebSocket, string>()
  const stopListening = security.sessions.onEnd(id => {
    for (const [socket, session] of browsers)
      if (session === id) socket.close(SIGNED_OUT, 'signed out')
  })

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {})
    const path = request.url?.split('?', 1)[0]
    const refused =
      path !== '/bridge'
        ? '404 Not Found'
        : security.refuseOrigin(request.headers) !== undefined
          ? '403 Forbidden'
          : undefined
    const visitor = refused === undefined ? security.visitor(request.headers) : undefined
    if (!visitor)
      return socket.end(`HTTP/1.1 ${refused ?? '401 Unauthorized'}\r\nConnection: close\r\n\r\n`)
    sockets.handleUpgrade(request, socket, head, opened => serve(opened, visitor))
  })

  return {
    stop() {
      stopListening()
      for (const client of sockets.clients) client.close(1001, 'the master stops')
      for (const client of sockets.clients) client.terminate()
      sockets.close()
    },
  }

  function serve(socket: WebSocket, visitor: Visitor) {
    if (visitor.kind === 'browser') browsers.set(socket, visitor.id)
    const unsubscribe = news.subscribe(one => {
      if (socket.bufferedAmount > MOST_UNSENT_BYTES) socket.terminate()
      else socket.send(JSON.stringify({ news: one }))
    })
    socket.on('close', () => {
      unsubscribe()
      browsers.delete(socket)
    })
    socket.on('error', () => {})
    socket.on('message', data => {
      if (visitor.kind === 'browser') security.sessions.seen(visitor.id)
      alone(answer(socket, String(data)), error => {
        log(`the bridge: ${(error as Error).message}`)
        socket.close(1011, 'the answer could not be sent')
      })
    })
  }

  async function answer(socket: WebSocket, text: string) {
    let message: { id?: unknown; channel?: unknown; args?: unknown }
    try {
      message = JSON.parse(text)
    } catch {
      return socket.close(1003, 'not JSON')
    }
    const { id, channel, args } = message ?? {}
    // It goes back as it came; anything but a number or a text could be too deep to be written.
    if (typeof id !== 'number' && typeof id !== 'string')
      return socket.close(1003, 'a request needs an id')
    const reply = await callHandler(handlers, channel, args, log)
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ id, ...reply }))
  }
}
