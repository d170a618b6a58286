import { chmodSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { basicAuthorization } from './protocol/authorization.ts'
import { MAX_FRAME_BYTES } from './protocol/envelope.ts'
import { sameSecret } from './protocol/pairing.ts'

/**
 * Waits for the master on a private socket (a named pipe on Windows). A master
 * shows the key in the HTTP upgrade; others are turned away.
 */
export function listenForMaster(
  socketPath: string,
  key: string,
  onMaster: (socket: WebSocket) => void,
): Promise<{ close(): void }> {
  const server = createServer((_request, response) => {
    response.writeHead(426).end('This is a slave of Triphammer; it speaks WebSocket.\n')
  })
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
  })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {})
    if (!showsKey(request, key)) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, onMaster)
  })
  if (process.platform !== 'win32') rmSync(socketPath, { force: true })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(socketPath, () => {
      if (process.platform !== 'win32') chmodSync(socketPath, 0o600)
      resolve({
        close() {
          server.close()
          sockets.close()
        },
      })
    })
  })
}

function showsKey(request: IncomingMessage, key: string): boolean {
  return sameSecret(request.headers.authorization ?? '', basicAuthorization('master', key))
}
