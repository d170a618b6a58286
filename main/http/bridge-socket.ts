import type { Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { callHandler } from '../bridge/call.ts'
import type { Stop } from '../master/model.ts'
import type { Doors, RecoveryDoors } from './doors.ts'
import type { Security } from './security.ts'

const LARGEST_MESSAGE_BYTES = 4 * 1024 * 1024
// A page that does not read any more is let go; it begins again with a fresh snapshot.
const MOST_UNSENT_BYTES = 32 * 1024 * 1024

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
  })

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {})
    const path = request.url?.split('?', 1)[0]
    const refused =
      path !== '/bridge'
        ? '404 Not Found'
        : security.refuseOrigin(request.headers) !== undefined
          ? '403 Forbidden'
          : security.isAuthorized(request.headers)
            ? undefined
            : '401 Unauthorized'
    if (refused) return socket.end(`HTTP/1.1 ${refused}\r\nConnection: close\r\n\r\n`)
    sockets.handleUpgrade(request, socket, head, serve)
  })

  return {
    stop() {
      for (const client of sockets.clients) client.close(1001, 'the master stops')
      for (const client of sockets.clients) client.terminate()
      sockets.close()
    },
  }

  function serve(socket: WebSocket) {
    const unsubscribe = news.subscribe(one => {
      if (socket.bufferedAmount > MOST_UNSENT_BYTES) socket.terminate()
      else socket.send(JSON.stringify({ news: one }))
    })
    socket.on('close', unsubscribe)
    socket.on('error', () => {})
    socket.on('message', data => void answer(socket, String(data)))
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
