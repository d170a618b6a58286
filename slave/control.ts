import { createHash } from 'node:crypto'
import { chmodSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { socketFolder } from './protocol/socket-folder.ts'

/** What another process of this user may ask of a slave that runs. */
export type ControlRequest = 'who' | 'code' | 'forget'

// Set before an answer that says why nothing was done.
const REFUSED = '!'

/** The answer to what is not done, for the process that asks to end with it as its error. */
export function refusal(why: string): string {
  return REFUSED + why
}

// sun_path holds 104 bytes on macOS and 108 on Linux, with a zero at the end.
const LONGEST_PATH_BYTES = 100
const ANSWER_MS = 5000

/**
 * Makes this process the one slave of its state folder, and answers what others
 * ask of it. The socket is the lock: it ends with its process.
 *
 * @throws Error when a slave has this folder.
 */
export async function takeStateFolder(
  folder: string,
  answer: (request: ControlRequest) => string,
): Promise<{ close(): void }> {
  const other = await askSlave(folder, 'who')
  if (other !== undefined)
    throw new Error(
      `a slave with this state folder runs already (process ${other}): stop it first, or name another folder with --state`,
    )
  const path = controlPath(folder)
  if (process.platform !== 'win32') rmSync(path, { force: true })
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.setTimeout(ANSWER_MS, () => socket.destroy())
    socket.once('data', data => {
      const request = String(data).trim() as ControlRequest
      socket.end(request === 'who' ? String(process.pid) : answer(request))
    })
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      if (process.platform !== 'win32') chmodSync(path, 0o600)
      server.unref()
      resolve({ close: () => void server.close() })
    })
  })
}

/**
 * Asks the slave that has this state folder; `undefined` when none runs.
 *
 * @throws Error with its words when it does not do what it is asked.
 */
export function askSlave(folder: string, request: ControlRequest): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(controlPath(folder))
    let heard = ''
    socket.setTimeout(ANSWER_MS, () => socket.destroy())
    socket.setEncoding('utf8')
    socket.on('connect', () => socket.write(`${request}\n`))
    socket.on('data', (part: string) => {
      heard += part
    })
    socket.on('error', () => {})
    socket.on('close', () =>
      heard.startsWith(REFUSED)
        ? reject(new Error(heard.slice(REFUSED.length)))
        : resolve(heard === '' ? undefined : heard),
    )
  })
}

function controlPath(folder: string): string {
  const direct = join(folder, 'control')
  const hash = createHash('sha256').update(direct).digest('hex').slice(0, 24)
  if (process.platform === 'win32') return `\\\\.\\pipe\\triphammer-slave-${hash}`
  if (Buffer.byteLength(direct) <= LONGEST_PATH_BYTES) return direct
  if (process.platform === 'darwin') return join(socketFolder(), hash)
  return join(tmpdir(), `triphammer-slave-${process.getuid?.()}-${hash}`)
}
