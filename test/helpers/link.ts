import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { type WebSocket, WebSocketServer } from 'ws'
import { openPrivateSocket } from '../../main/master/slaves/private-socket.ts'
import { MAX_FRAME_BYTES } from '../../slave/protocol/envelope.ts'
import { later } from './cleanup.ts'
import { temporaryFolder } from './folders.ts'

/** The two ends of an open WebSocket over a private socket, as a master and its slave have it. */
export async function connectedSockets(): Promise<[WebSocket, WebSocket]> {
  const path = join(temporaryFolder('link'), 's')
  const options = { perMessageDeflate: false, maxPayload: MAX_FRAME_BYTES }
  const server = createServer()
  const sockets = new WebSocketServer({ server, ...options })
  server.listen(path)
  await once(server, 'listening')
  const here = openPrivateSocket(path, '/', options)
  const [[there]] = await Promise.all([once(sockets, 'connection'), once(here, 'open')])
  later(async () => {
    for (const socket of [here, there as WebSocket]) socket.terminate()
    sockets.close()
    await new Promise(closed => server.close(closed))
  })
  return [here, there as WebSocket]
}
