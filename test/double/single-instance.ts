import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type Poked = (argv: string[], cwd: string, data: unknown) => void

// Electron's call is synchronous, so a child asks: its exit status is the answer.
const ASK = `
const socket = require('node:net').connect(process.argv[1])
socket.on('connect', () => socket.end(process.argv[2]))
socket.on('close', () => process.exit(0))
socket.on('error', () => process.exit(9))
`

/** One app for each userData folder: the first listens on a socket, the others speak to it and leave. */
export class SingleInstance {
  readonly #poked: Poked
  #server: Server | undefined

  constructor(poked: Poked) {
    this.#poked = poked
  }

  get held(): boolean {
    return this.#server !== undefined
  }

  request(userData: string, data: unknown): boolean {
    if (this.#server) return true
    const socket = socketOf(userData)
    const message = JSON.stringify({ argv: process.argv, cwd: process.cwd(), data })
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' }
    const { status } = spawnSync(process.execPath, ['-e', ASK, socket, message], { env })
    if (status === 0) return false
    rmSync(socket, { force: true })
    this.#server = createServer(client => {
      let text = ''
      client.on('data', part => {
        text += part
      })
      client.on('end', () => {
        const { argv, cwd, data } = JSON.parse(text)
        this.#poked(argv, cwd, data)
      })
    })
    this.#server.listen(socket)
    this.#server.unref()
    process.on('exit', () => rmSync(socket, { force: true }))
    return true
  }

  release(): void {
    this.#server?.close()
    this.#server = undefined
  }
}

// A socket's path may be about a hundred bytes long.
function socketOf(userData: string): string {
  const direct = join(userData, 'SingletonSocket')
  if (Buffer.byteLength(direct) < 100) return direct
  const hash = createHash('sha256').update(userData).digest('hex').slice(0, 24)
  return join(tmpdir(), `electron-double-${hash}`)
}
