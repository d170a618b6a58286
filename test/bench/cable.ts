import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Between a browser and a server, and it can be pulled. It has the server's port at another address. */
export interface Cable {
  readonly address: string
  pull(): void
  mend(): void
  stop(): void
}

export async function startCable(port: number): Promise<Cable> {
  const address = '127.0.0.2'
  const passing = new Set<Socket>()
  let pulled = false
  const pull = () => {
    pulled = true
    for (const socket of passing) socket.destroy()
  }
  const server = createServer(here => {
    if (pulled) return void here.destroy()
    const there = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [here, there],
      [there, here],
    ] as const) {
      passing.add(from)
      from.pipe(to)
      from.on('error', () => {})
      from.on('close', () => {
        passing.delete(from)
        to.destroy()
      })
    }
  })
  server.listen(port, address)
  await once(server, 'listening')
  return {
    address,
    pull,
    mend() {
      pulled = false
    },
    stop() {
      pull()
      server.close()
    },
  }
}
