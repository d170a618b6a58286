import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { MAX_FRAME_BYTES } from '../../../slave/protocol/envelope.ts'
import type { Fields } from '../../../slave/protocol/parse.ts'
import { SLAVE_ID_VARIABLE, slaveIdOf } from '../../../slave/protocol/slave-id.ts'
import type { Clock } from '../clock.ts'
import type { AsyncStop, SlaveState, Stop } from '../model.ts'
import { createAttachment, type Lease } from './attachment.ts'
import { type Program, startInTerminal, type Terminal } from './pseudo-terminal.ts'
import type { Session } from './session.ts'
import { socketPath } from './socket-path.ts'

export interface LocalSlaveOptions {
  readonly name: string
  /** `slaves/<name>` of the data directory. */
  readonly folder: string
  readonly clock: Clock
  readonly lease: Lease
  /** Whether people may open shells on it. */
  readonly terminal: boolean
  /** The program that is a slave; its arguments are added to. */
  readonly program: Pick<Program, 'file' | 'args' | 'env'>
  readonly nextCommandId: () => string
  readonly onState: (state: SlaveState, reason: string) => void
  readonly onSession: (session: Session | undefined) => void
  readonly onConsole: (text: string) => void
  readonly onTrouble: (reason: string) => void
  readonly onTerminal: (op: string, fields: Fields) => unknown
}

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
// A slave that stayed this long was sound; the next pause is short again.
const SOUND_MS = 20_000
const ATTACH_MS = 15_000
const RETRY_MS = 20
// Longer than a slave takes to end what its steps left.
const LEAVE_MS = 8000

/**
 * Keeps one slave of this machine alive: spawns it in a pseudo-terminal, attaches
 * to its private socket, and spawns it again, after a growing pause, when it dies.
 */
export function startLocalSlave(options: LocalSlaveOptions): AsyncStop {
  const { name, folder, clock, onState, onConsole } = options
  let stopping = false
  const attachment = createAttachment({
    ...options,
    // Once it is sent away, the end of its link is no news.
    onState: (state, reason) => stopping || onState(state, reason),
  })
  let pauseMs = FIRST_PAUSE_MS
  let cancelPause: Stop | undefined
  let terminal: Terminal | undefined
  let life = live()

  return async () => {
    stopping = true
    cancelPause?.()
    onState('stopping', '')
    const { session } = attachment
    session?.shutdown().catch(() => {})
    // One that does not answer is not waited for.
    const impatient = setTimeout(() => terminal?.kill('SIGKILL'), LEAVE_MS)
    if (!session) terminal?.kill('SIGTERM')
    await life
    clearTimeout(impatient)
    onState('offline', 'the master has stopped')
  }

  async function live(): Promise<void> {
    const startedAt = clock.now()
    onState('starting', '')
    let reason: string
    try {
      reason = await runOnce()
    } catch (error) {
      reason = (error as Error).message
    }
    attachment.giveUp(reason)
    if (stopping) return
    if (clock.now() - startedAt > SOUND_MS) pauseMs = FIRST_PAUSE_MS
    onConsole(`\r\n[the slave stopped: ${reason}; it is started again in ${pauseMs / 1000} s]\r\n`)
    onState('offline', `${reason}; started again in ${pauseMs / 1000} s`)
    cancelPause = clock.after(pauseMs, () => {
      life = live()
    })
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
  }

  /** Resolves with the reason when the slave has ended. */
  async function runOnce(): Promise<string> {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const keyFile = join(folder, 'key')
    const key = ensureKey(keyFile)
    const socket = socketPath(folder, 'socket')
    const own = ['--name', name, '--basedir', folder, '--socket', socket, '--key-file', keyFile]
    if (options.terminal) own.push('--allow-terminal')
    const { file, args, env } = options.program
    const marked = { ...env, [SLAVE_ID_VARIABLE]: slaveIdOf(folder) }
    const program = { file, args: [...args, ...own], env: marked, cwd: folder }
    terminal = await startInTerminal(program, onConsole)
    const exited = terminal.exited
    let gone = false
    void exited.then(() => {
      gone = true
    })
    try {
      const opened = await attach(socket, key, () => gone || stopping)
      const link = await attachment.take(opened)
      void link.ended.then(() => terminal?.kill('SIGTERM'))
    } catch (error) {
      terminal.kill('SIGKILL')
      const why = await exited
      throw new Error(gone && !stopping ? `${(error as Error).message} (${why})` : why)
    }
    return exited
  }

  // The slave makes its socket a moment after it was started.
  async function attach(path: string, key: string, giveUp: () => boolean): Promise<WebSocket> {
    const until = performance.now() + ATTACH_MS
    for (;;) {
      try {
        return await connect(path, key)
      } catch (error) {
        if (giveUp()) throw new Error('the slave ended before it could be reached')
        if (performance.now() > until)
          throw new Error(`the slave could not be reached: ${(error as Error).message}`)
      }
      await new Promise(resolve => setTimeout(resolve, RETRY_MS))
    }
  }
}

function connect(path: string, key: string): Promise<WebSocket> {
  const authorization = `Basic ${Buffer.from(`master:${key}`).toString('base64')}`
  const socket = new WebSocket(`ws+unix:${path}:/`, {
    headers: { Authorization: authorization },
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
  })
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket))
    socket.once('error', reject)
  })
}

function ensureKey(file: string): string {
  if (existsSync(file)) {
    const key = readFileSync(file, 'utf8').trim()
    if (key !== '') return key
  }
  const key = randomBytes(32).toString('base64url')
  writeFileSync(file, `${key}\n`, { mode: 0o600 })
  return key
}
