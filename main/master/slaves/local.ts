import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WebSocket } from 'ws'
import { basicAuthorization } from '../../../slave/protocol/authorization.ts'
import { MAX_FRAME_BYTES } from '../../../slave/protocol/envelope.ts'
import { startLink } from '../../../slave/protocol/link.ts'
import { SLAVE_ID_VARIABLE, slaveIdOf } from '../../../slave/protocol/slave-id.ts'
import type { Stop } from '../model.ts'
import { type AttachmentOptions, createAttachment } from './attachment.ts'
import { openPrivateSocket } from './private-socket.ts'
import { killGroup, type Program, startInTerminal, type Terminal } from './pseudo-terminal.ts'
import type { Session } from './session.ts'
import { socketPath } from './socket-path.ts'

/** The program that is a local slave; its arguments are added to. */
export interface SlaveProgram extends Pick<Program, 'file' | 'args' | 'env'> {
  /**
   * Where the program goes with the app, gives what can be started in its place and lasts. `undefined`
   * when there is none, for which there is a reason in the app's log.
   */
  readonly lasting?: () => Promise<Pick<Program, 'file' | 'args'> | undefined>
}

export interface LocalSlaveOptions extends Omit<AttachmentOptions, 'onIdle'> {
  /** `slaves/<name>` of the data directory. */
  readonly folder: string
  /** Whether people may open shells on it. */
  readonly terminal: boolean
  readonly program: SlaveProgram
  readonly onConsole: (text: string) => void
}

export interface SlaveKeeper {
  /** Ends it. With `leave`, a slave that has builds is left to go on with them: the next master finds it. */
  stop(how?: 'leave'): Promise<void>
  /** Whether its slave goes on when this master and its app have gone. */
  outlives?(): boolean
  /** Whether it would bring up a slave now; see `wake`. */
  canWake?(): boolean
  /** Builds want it: brings up a slave that starts on demand. */
  wake?(): void
}

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
// A slave that stayed this long was sound; the next pause is short again.
const SOUND_MS = 20_000
const ATTACH_MS = 15_000
const RETRY_MS = 20
// Longer than a slave takes to end what its steps left.
const LEAVE_MS = 8000
const LOOK_MS = 100

/** A slave's process, spawned by us or found. */
interface Process {
  /** Resolves with the reason when it has ended. */
  readonly exited: Promise<string>
  kill(signal: NodeJS.Signals): void
}

/**
 * Keeps one slave of this machine alive: spawns it in a pseudo-terminal, attaches
 * to its private socket, and spawns it again, after a growing pause, when it dies.
 *
 * A slave that still runs what a master before this one had begun is found by its
 * socket and adopted. When it is idle a new one takes its place, of this version
 * and with a terminal.
 */
export function startLocalSlave(options: LocalSlaveOptions): SlaveKeeper {
  const { name, folder, clock, onState, onConsole } = options
  let stopping = false
  let replacing = false
  // Its builds go on without this master, which has nothing more to do with them.
  let left = false
  let adopted = false
  // Whether what was spawned last goes with the app.
  let lasts = true
  let pauseMs = FIRST_PAUSE_MS
  let cancelPause: Stop | undefined
  let running: Process | undefined
  // Why the last start came to nothing; a slave that never comes is not silent about it.
  let failure = ''
  const attachment = createAttachment({
    ...options,
    // Once it is sent away, the end of its link is no news.
    onState: (state, reason) => stopping || replacing || onState(state, reason),
    onIdle: () => adopted && replace(),
  })
  const keyFile = join(folder, 'key')
  const socket = socketPath(folder, 'socket')
  const stopped = Promise.withResolvers<undefined>()
  let key = ''
  let life = live()

  return {
    // On Windows a slave goes with the terminal that its master opened. One that was found has
    // outlived a master already.
    outlives: () => process.platform !== 'win32' && (adopted || lasts),
    async stop(how) {
      stopping = true
      stopped.resolve(undefined)
      cancelPause?.()
      left = how === 'leave' && (attachment.session?.buildCount ?? 0) > 0
      if (left) return attachment.stop()
      onState('stopping', '')
      const { session } = attachment
      session?.shutdown().catch(() => {})
      // One that does not answer is not waited for.
      const impatient = setTimeout(() => running?.kill('SIGKILL'), LEAVE_MS)
      if (!session?.linked) running?.kill('SIGTERM')
      await life
      clearTimeout(impatient)
      onState('offline', 'the master has stopped')
    },
  }

  async function live(): Promise<void> {
    const startedAt = clock.now()
    if (!attachment.session) onState('starting', failure && `the last start failed: ${failure}`)
    let reason: string
    try {
      reason = await runOnce()
    } catch (error) {
      reason = (error as Error).message
    }
    if (left) return
    attachment.giveUp(reason, !stopping && !replacing)
    if (stopping) return
    if (replacing || clock.now() - startedAt > SOUND_MS) pauseMs = FIRST_PAUSE_MS
    if (replacing) {
      replacing = adopted = false
      life = live()
      return
    }
    adopted = false
    failure = reason
    options.onTrouble(`${reason}; it is started again in ${pauseMs / 1000} s`)
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
    key = ensureKey(keyFile)
    const found = await connect(socket, key).catch(() => undefined)
    if (found && attachment.session) {
      adopted = true
      onConsole('\r\n[this slave was started by a master before; its terminal went with that]\r\n')
      running = watchProcess(attachment.session)
      return serve(running, found)
    }
    if (attachment.session) attachment.giveUp('it ended while no master ran', true)
    // One that nobody needs may be of another version, and has no terminal.
    if (found) await sendAway(found)
    running = await spawn()
    return serve(running)
  }

  async function spawn(): Promise<Terminal> {
    const own = ['--name', name, '--basedir', folder, '--socket', socket, '--key-file', keyFile]
    if (options.terminal) own.push('--allow-terminal')
    const {
      program,
      program: { env },
    } = options
    const lasting = program.lasting && (await Promise.race([program.lasting(), stopped.promise]))
    if (stopping) throw new Error('the master stops')
    lasts = !program.lasting || lasting !== undefined
    const { file, args } = lasting ?? program
    const marked = { ...env, [SLAVE_ID_VARIABLE]: slaveIdOf(folder) }
    return startInTerminal({ file, args: [...args, ...own], env: marked, cwd: folder }, onConsole)
  }

  // The links to one process, one after the other.
  async function serve({ exited, kill }: Process, first?: WebSocket): Promise<string> {
    let gone = false
    void exited.then(() => {
      gone = true
    })
    let opened = first
    let attached = false
    try {
      for (;;) {
        opened ??= await attach(() => gone || stopping)
        const link = await attachment.take(opened)
        opened = undefined
        attached = true
        failure = ''
        await Promise.race([link.ended, exited])
        if (gone || stopping || replacing) return await exited
      }
    } catch (error) {
      const { message } = error as Error
      // Its successor ends it, should it still be there.
      if (adopted) throw error
      kill('SIGKILL')
      const why = await exited
      throw new Error(gone && !stopping && !attached ? `${message} (${why})` : why)
    }
  }

  // The slave makes its socket a moment after it was started.
  async function attach(giveUp: () => boolean): Promise<WebSocket> {
    const until = performance.now() + ATTACH_MS
    for (;;) {
      try {
        return await connect(socket, key)
      } catch (error) {
        if (giveUp()) throw new Error('the slave ended before it could be reached')
        if (adopted) throw new Error('it has ended')
        if (performance.now() > until)
          throw new Error(`the slave could not be reached: ${(error as Error).message}`)
      }
      await new Promise(resolve => setTimeout(resolve, RETRY_MS))
    }
  }

  function replace() {
    if (stopping || replacing) return
    onState('stopping', 'it is started anew')
    replacing = true
    attachment.session?.shutdown().catch(() => {})
  }

  async function sendAway(found: WebSocket): Promise<void> {
    const link = startLink(found, { answer: () => null })
    link.request('shutdown').catch(() => {})
    const impatient = setTimeout(() => link.close('it does not go'), LEAVE_MS)
    await link.ended
    clearTimeout(impatient)
  }
}

/** A process that is not our child. */
function watchProcess(session: Session): Process {
  const pid = Number(session.info.pid)
  const exited = new Promise<string>(resolve => {
    const looking = setInterval(() => {
      if (isAlive(pid)) return
      clearInterval(looking)
      resolve('it has ended')
    }, LOOK_MS)
    looking.unref()
  })
  // Without a link its number may be another's.
  return { exited, kill: signal => session.linked && killGroup(pid, signal) }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function connect(path: string, key: string): Promise<WebSocket> {
  const socket = openPrivateSocket(path, '/', {
    headers: { Authorization: basicAuthorization('master', key) },
    maxPayload: MAX_FRAME_BYTES,
    handshakeTimeout: ATTACH_MS,
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
