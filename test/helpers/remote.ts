import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, connect as connectPlain, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import type { WebSocket } from 'ws'
import { listenForRemoteMaster, type RemoteDoor } from '../../slave/listen-remote.ts'
import { later } from './cleanup.ts'
import { plainFolder, temporaryFolder } from './folders.ts'

/** What a try of a code costs, where its slowness is not what is tested. */
export const CHEAP = 2 ** 8

export interface WaitingSlave {
  readonly door: RemoteDoor
  readonly folder: string
  readonly address: string
  /** What it told a person, one line each. */
  readonly said: readonly string[]
  /** The code that it showed last. */
  code(): string
  /** Links of its master. */
  readonly links: readonly WebSocket[]
}

export interface WaitingSlaveOptions {
  readonly folder?: string
  readonly name?: string
  readonly now?: () => number
  readonly cost?: number
}

/** A slave that waits to be dialled, on loopback, with a real certificate. */
export async function waitingSlave(options: WaitingSlaveOptions = {}): Promise<WaitingSlave> {
  const folder = options.folder ?? temporaryFolder('slave')
  const said: string[] = []
  const links: WebSocket[] = []
  const door = await listenForRemoteMaster(
    {
      where: { host: '127.0.0.1', port: 0 },
      folder,
      about: {
        name: options.name ?? 'mini',
        os: 'Linux of a test',
        arch: 'arm64',
        cpus: 8,
        memoryBytes: 1e9,
        version: '1.2.3',
        capabilities: { rawOutput: 1 },
      },
      say: (topic, text) => said.push(`${topic}: ${text}`),
      cost: options.cost ?? CHEAP,
      ...(options.now && { now: options.now }),
    },
    socket => links.push(socket),
  )
  later(() => {
    for (const link of links) link.terminate()
    door.close()
  })
  return {
    door,
    folder,
    address: door.addresses[0]!,
    said,
    links,
    code: () => said.findLast(line => line.startsWith('pairing: code '))!.match(/code (\S+),/)![1]!,
  }
}

/** A server that does with each connection what a test wants. Gives its address. */
export async function rawServer(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    onConnection(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  later(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Sends bytes as they are, and resolves with what comes back until the other end closes. */
export async function sendRaw(port: number, text: string | Uint8Array): Promise<string> {
  const socket = connectPlain({ host: '127.0.0.1', port })
  later(() => socket.destroy())
  let heard = ''
  socket.on('data', part => {
    heard += part.toString('latin1')
  })
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(text)
  if (!socket.closed) await once(socket, 'close')
  return heard
}

/** A file that stands for the slave's package: inviting a slave tells its name and hash, and sends nobody for it here. */
export function anyPackage(): string {
  const file = join(plainFolder('package'), 'triphammer-slave-0.0.0.tgz')
  writeFileSync(file, 'a package')
  return file
}
