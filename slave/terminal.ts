import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { commandMark, STEP_ID_VARIABLE, withLimit } from './commands/process-mark.ts'
import { forgetBuild, watchTree } from './commands/process-watch.ts'
import { type Pty, startPty } from './commands/pty.ts'
import { stepEnvironment } from './commands/shell.ts'
import { createBacklog } from './protocol/backlog.ts'
import { asBytes, type Fields, ProtocolError } from './protocol/parse.ts'
import { SLAVE_ID_VARIABLE } from './protocol/slave-id.ts'
import {
  parseTerminalOpen,
  parseTerminalSize,
  TERMINAL_MESSAGE_BYTES,
  TERMINAL_WINDOW_BYTES,
  type TerminalOpen,
  terminalId,
} from './protocol/terminal-ops.ts'

export interface TerminalsOptions {
  /** Where a terminal opens that is not of a build. */
  readonly basedir: string
  /** What steps start from; a terminal is to find what they find. */
  readonly environment: Readonly<Record<string, string>>
  /** How long shells wait for a master whose link was lost. */
  readonly graceMs?: number
  readonly onTrouble: (reason: string) => void
}

/** The shells that people opened on this slave. They belong to the slave, not to a link. */
export interface Terminals {
  /** Answers an op of terminals. */
  answer(op: string, fields: Fields): unknown
  /** A master that knows terminals is there: what it asks for again is sent to it. */
  attach(request: Request): void
  /** Its link has ended; the shells wait for the next one, but not for long. */
  detach(request: Request): void
  /** Ends every shell, whole. */
  stop(): Promise<void>
}

type Request = (op: string, fields: Fields) => Promise<unknown>

const GRACE_MS = 60_000
const MOST_TERMINALS = 16
const POLITE_MS = 1000

export function createTerminals(options: TerminalsOptions): Terminals {
  const terminals = new Map<string, Shell>()
  const opening = new Set<string>()
  const ending = new Set<Promise<void>>()
  // Those that the master of this link knows.
  const known = new Set<string>()
  const graceMs = options.graceMs ?? GRACE_MS
  let request: Request | undefined
  let lonely: NodeJS.Timeout | undefined

  return {
    answer(op, fields) {
      switch (op) {
        case 'terminal_open':
          return open(parseTerminalOpen(fields))
        case 'terminal_write':
          return mustHave(terminalId(fields)).write(asBytes(fields.data, 'data'))
        case 'terminal_resize':
          return mustHave(terminalId(fields)).resize(parseTerminalSize(fields))
        case 'terminal_close':
          return close(terminalId(fields))
        default:
          throw new ProtocolError(`unknown op "${op}"`)
      }
    },
    attach(next) {
      request = next
      known.clear()
      closeForgottenLater()
    },
    detach(last) {
      if (request !== last) return
      request = undefined
      known.clear()
      closeForgottenLater()
    },
    async stop() {
      clearTimeout(lonely)
      known.clear()
      await closeForgotten()
    },
  }

  // A master that starts again knows nothing of the shells of its last run.
  function closeForgottenLater() {
    clearTimeout(lonely)
    lonely = setTimeout(() => void closeForgotten(), graceMs)
    lonely.unref()
  }

  async function closeForgotten() {
    for (const id of [...terminals.keys()]) if (!known.has(id)) void close(id)
    await Promise.all(ending)
  }

  async function open(wish: TerminalOpen): Promise<Fields> {
    const before = terminals.get(wish.id)
    known.add(wish.id)
    if (wish.received !== null) {
      if (!before) throw new ProtocolError('the shell has ended meanwhile')
      before.resize(wish)
      before.sendFrom(wish.received)
      return { title: before.title }
    }
    if (before || opening.has(wish.id)) throw new ProtocolError('that terminal is open already')
    if (terminals.size + opening.size >= MOST_TERMINALS)
      throw new ProtocolError(`${MOST_TERMINALS} terminals are open on this slave; close one first`)
    opening.add(wish.id)
    try {
      const shell = await startShell(wish, options, (op, fields) =>
        request ? request(op, fields) : Promise.reject(new Error('there is no master')),
      )
      terminals.set(wish.id, shell)
      void shell.ended.then(() => terminals.delete(wish.id))
      return { title: shell.title }
    } finally {
      opening.delete(wish.id)
    }
  }

  function mustHave(id: string): Shell {
    const shell = terminals.get(id)
    if (!shell) throw new ProtocolError('that shell has ended')
    return shell
  }

  // Closing one that has ended is what was wanted.
  async function close(id: string): Promise<null> {
    const shell = terminals.get(id)
    terminals.delete(id)
    if (!shell) return null
    const end = shell.end().finally(() => ending.delete(end))
    ending.add(end)
    await end
    return null
  }
}

interface Shell {
  readonly title: string
  /** Resolves when the shell has ended and the master knows, or nobody is there to be told. */
  readonly ended: Promise<void>
  write(data: Uint8Array): Promise<null>
  resize(size: { readonly cols: number; readonly rows: number }): null
  /** The master has so many bytes; what comes after them is sent, again where it was sent before. */
  sendFrom(received: number): void
  end(): Promise<void>
}

async function startShell(
  { id, workdir, env, exact, cols, rows }: TerminalOpen,
  { basedir, environment, onTrouble }: TerminalsOptions,
  request: Request,
): Promise<Shell> {
  const cwd = workdir ?? basedir
  if (!isFolder(cwd))
    throw new ProtocolError(
      `the folder ${cwd} is not there: the build has not made it yet, or it was removed`,
    )
  const [program, words] = shellProgram(environment)
  // Marked as a command of a build of its own, so that it is found and ended like one.
  const build = `terminal-${id}`
  const mark = commandMark(environment[SLAVE_ID_VARIABLE] ?? '', build, 'shell')
  const [file, args] = withLimit(program, words, mark)
  const pty = await startPty(
    { file, args },
    {
      cols,
      rows,
      cwd,
      env: {
        ...stepEnvironment({ env, workdir: cwd }, environment, exact),
        COLORTERM: 'truecolor',
        [STEP_ID_VARIABLE]: mark.variable.slice(STEP_ID_VARIABLE.length + 1),
      },
    },
  )
  const watch = watchTree(pty.pid, build, mark)
  const backlog = createBacklog()
  let sentTo = 0
  let planned = false
  let paused = false
  // Undefined while it runs; then its exit status, or null when a signal ended it.
  let code: number | null | undefined
  let toldEnd = false
  const ended = Promise.withResolvers<void>()

  pty.onOutput(bytes => {
    backlog.append(bytes)
    if (!paused && backlog.end - backlog.start >= TERMINAL_WINDOW_BYTES) {
      paused = true
      pty.pause()
    }
    // What comes within one turn travels together.
    if (!planned) setImmediate(send)
    planned = true
  })
  pty.onExit(exit => {
    code = exit.signal ? null : exit.code
    watch.programEnded()
    tellEnd()
    // A shell that ends by itself leaves nothing behind either.
    void endTree()
  })

  return {
    title: program,
    ended: ended.promise,
    async write(data) {
      if (code !== undefined) throw new ProtocolError('that shell has ended')
      pty.write(Buffer.from(data))
      await drained(pty)
      return null
    },
    resize(size) {
      if (code === undefined) pty.resize(size.cols, size.rows)
      return null
    },
    sendFrom(received) {
      take(received)
      sentTo = Math.max(received, backlog.start)
      send()
      tellEnd()
    },
    async end() {
      pty.resume()
      // Shells do not mind SIGTERM; that their terminal is gone they understand, and pass on.
      if (code === undefined) pty.hangUp()
      await endTree()
      ended.resolve()
    },
  }

  function send() {
    planned = false
    while (sentTo < backlog.end) {
      const offset = sentTo
      const data = backlog.read(offset, TERMINAL_MESSAGE_BYTES)
      sentTo += data.length
      request('terminal_data', { terminal_id: id, offset, data }).then(
        () => take(offset + data.length),
        // Kept, for the master that takes the shell up again.
        () => {},
      )
    }
  }

  function take(offset: number) {
    backlog.release(offset)
    if (paused && backlog.end - backlog.start < TERMINAL_WINDOW_BYTES / 2) {
      paused = false
      pty.resume()
    }
    tellEnd()
  }

  // After the last byte, so that the master never has to wait for more.
  function tellEnd() {
    if (code === undefined || toldEnd || backlog.start < backlog.end) return
    toldEnd = true
    request('terminal_ended', { terminal_id: id, code }).then(
      () => ended.resolve(),
      () => {
        toldEnd = false
      },
    )
  }

  async function endTree() {
    const trouble = await watch.kill(POLITE_MS)
    if (trouble) onTrouble(`of a terminal that has ended: ${trouble}`)
    else if (code !== undefined) forgetBuild(build)
  }
}

// The person's own shell, where the system knows one.
function shellProgram(environment: Readonly<Record<string, string>>): [string, string[]] {
  if (process.platform === 'win32') return [environment.COMSPEC ?? 'cmd.exe', []]
  const known = [environment.SHELL, shellOfUser(), '/bin/bash']
  const found = known.find(file => file && existsSync(file) && !/(nologin|false)$/.test(file))
  return [found ?? '/bin/sh', []]
}

function shellOfUser(): string | null {
  try {
    return userInfo().shell
  } catch {
    return null
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

// node-pty says nothing of what its program has not read yet. The socket below knows; where
// that is another one in a later node-pty, nobody waits.
async function drained({ socket }: Pty): Promise<void> {
  if (!socket?.writableNeedDrain) return
  await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => [])
}
