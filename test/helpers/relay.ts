import { once } from 'node:events'
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net'
import { join } from 'node:path'
import { later } from './cleanup.ts'
import { temporaryFolder } from './folders.ts'

/** A cable between a client and a server that a test can pull. */
export interface Relay {
  /** Where the client connects: a socket, or a port on loopback where a port is the target. */
  readonly path: string
  readonly port: number
  /** Ends every connection that passes, at both ends. */
  cut(): void
  /** Lets nothing through any more, and tells neither end: what passes now is half open. */
  freeze(): void
  /** Lets everything through that comes from now on. */
  mend(): void
  /** Bytes from the server to let through before the next cut. */
  cutAfter(bytes: number): void
}

export async function startRelay(target: string | number): Promise<Relay> {
  const path = join(temporaryFolder('relay'), 's')
  const passing = new Set<Socket>()
  let frozen = false
  let left = Number.POSITIVE_INFINITY

  const server = createServer(here => {
    const there =
      typeof target === 'string' ? dial(target) : dial({ port: target, host: '127.0.0.1' })
    for (const [from, to] of [
      [here, there],
      [there, here],
    ] as const) {
      passing.add(from)
      from.on('data', bytes => {
        if (frozen) return
        if (from === there && (left -= bytes.length) < 0) return relay.cut()
        to.write(bytes)
      })
      from.on('error', () => {})
      from.on('close', () => {
        passing.delete(from)
        if (!frozen) to.destroy()
      })
    }
  })
  server.listen(typeof target === 'string' ? { path } : { port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const relay: Relay = {
    path,
    port: typeof target === 'string' ? 0 : (server.address() as AddressInfo).port,
    cut() {
      left = Number.POSITIVE_INFINITY
      for (const one of passing) one.destroy()
    },
    freeze() {
      frozen = true
    },
    mend() {
      // Of what was frozen nothing ever comes through.
      for (const one of passing) one.removeAllListeners('data').resume()
      frozen = false
    },
    cutAfter(bytes) {
      left = bytes
    },
  }
  later(async () => {
    frozen = false
    relay.cut()
    await new Promise(closed => server.close(closed))
  })
  return relay
}
