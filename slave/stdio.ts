import { createServer } from 'node:http'
import { Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { MAX_FRAME_BYTES } from './protocol/envelope.ts'
import { joinStreams, STDIO_GREETING } from './protocol/stdio.ts'

/**
 * Serves the one master that holds the other ends of stdin and stdout, as
 * `docker run -i` and `ssh` give them: who started this process needs no port, no
 * key and no certificate. Nothing else may be written to stdout.
 */
export function listenOnStdio(onMaster: (socket: WebSocket) => void): { close(): void } {
  // Not process.stdout: writing to that on a pipe waits, and an interrupt would wait with it.
  const output = new Socket({ fd: 1, readable: false, writable: true })
  const server = createServer((_request, response) => response.writeHead(426).end())
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
  })
  const duplex = joinStreams(process.stdin, output)
  duplex.on('error', () => {})
  server.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, onMaster),
  )
  output.write(`\n${STDIO_GREETING}\n`)
  server.emit('connection', duplex)
  return {
    close() {
      sockets.close()
      duplex.destroy()
    },
  }
}
