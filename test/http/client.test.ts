import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connectClient } from '../../main/http/client.ts'
import { later } from '../helpers/cleanup.ts'
import { temporaryFolder } from '../helpers/folders.ts'

test.skipIf(process.platform === 'win32')(
  'a socket that was removed is told in a sentence',
  async () => {
    const socket = join(temporaryFolder(), 'control')
    const client = connectClient(socket)
    const words = `The master of this data directory can't be reached: ${socket} is gone. Stop that master and start it again.`
    await expect(client.request('desk:snapshot')).rejects.toThrow(words)
    await expect(
      client.listen(
        () => {},
        () => {},
      ),
    ).rejects.toThrow(words)
  },
)

test.skipIf(process.platform === 'win32')(
  'what is refused before the bridge is told by its words',
  async () => {
    const socket = join(temporaryFolder(), 'control')
    const message = 'What was sent is larger than 4 MB.'
    const server = createServer((request, response) => {
      request.resume()
      response.writeHead(413).end(JSON.stringify({ error: { message } }))
    })
    later(() => server.close())
    await new Promise<void>(resolve => server.listen(socket, resolve))
    await expect(connectClient(socket).request('desk:snapshot')).rejects.toThrow(message)
  },
)
