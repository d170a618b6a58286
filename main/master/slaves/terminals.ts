import { randomBytes } from 'node:crypto'
import { type Backlog, createBacklog } from '../../../slave/protocol/backlog.ts'
import { LinkEndedError, RemoteError } from '../../../slave/protocol/link.ts'
import { asCount, type Fields, optional, ProtocolError } from '../../../slave/protocol/parse.ts'
import {
  parseTerminalData,
  TERMINAL_MESSAGE_BYTES,
  TERMINAL_WINDOW_BYTES,
  type TerminalSize,
  terminalId,
} from '../../../slave/protocol/terminal-ops.ts'
import { alone } from '../boundary.ts'
import type { Clock } from '../clock.ts'
import type { Stop } from '../model.ts'
import type { Session } from './session.ts'

/** What is told of terminals. Output goes by its offset, so that a window can tell what it has. */
export interface TerminalTopics {
  /** `data` is base64: bytes must cross JSON unharmed. */
  'terminal/data': { readonly terminalId: string; readonly offset: number; readonly data: string }
  /** The slave's link is lost, or is back: the shell goes on meanwhile. */
  'terminal/link': { readonly terminalId: string; readonly lost: boolean }
  'terminal/ended': {
    readonly terminalId: string
    readonly code: number | null
    /** Why, where it did not end by itself. */
    readonly reason: string
  }
}

export type TerminalNews = {
  [T in keyof TerminalTopics]: { readonly topic: T; readonly payload: TerminalTopics[T] }
}[keyof TerminalTopics]

export interface TerminalWish extends TerminalSize {
  readonly slave: string
  /** Undefined for the slave's own folder and environment. */
  readonly place:
    | {
        readonly workdir: string
        readonly env: Readonly<Record<string, string>>
        readonly exact: readonly string[]
      }
    | undefined
}

/** The shells that windows have open on slaves, each known to the window by its id. */
export interface Terminals {
  /** @throws TerminalError with the slave's reason when it does not open one. */
  open(session: Session, wish: TerminalWish): Promise<string>
  write(id: string, data: Uint8Array): Promise<void>
  resize(id: string, size: TerminalSize): Promise<void>
  close(id: string): Promise<void>
  /**
   * A window has shown everything before `upTo`, and lives. With `again` it missed
   * something, and wants to be told once more what came after.
   */
  took(id: string, upTo: number, again: boolean): void
  /** Answers what a slave tells of its terminals. */
  hear(slave: string, op: string, fields: Fields): unknown
  /** A slave has another link, or none. */
  setSession(slave: string, session: Session | undefined): void
  subscribe(listener: (news: TerminalNews) => void): Stop
  stop: Stop
}

/** Thrown with what a person can be told: the terminal is closed, its link is lost, or the slave refused. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError'
}

// A slave waits for its master for a minute; what comes later finds no shell.
const LINK_GRACE_MS = 65_000
// Windows give a sign every 20 s, hidden ones every minute at least.
const WINDOW_GONE_MS = 180_000

interface Open {
  readonly id: string
  readonly slave: string
  readonly backlog: Backlog
  session: Session | undefined
  size: TerminalSize
  /** Resolved when there is room again; the slave waits for it. */
  room: PromiseWithResolvers<null> | undefined
  cancelGone: Stop
  cancelGrace: Stop | undefined
}

export function createTerminals(clock: Clock): Terminals {
  const terminals = new Map<string, Open>()
  const listeners = new Set<(news: TerminalNews) => void>()
  // Ids are never used again, also not by the next run of this master.
  const run = randomBytes(6).toString('base64url')
  let last = 0

  return {
    async open(session, { slave, place, cols, rows }) {
      const id = `${run}-${++last}`
      const terminal: Open = {
        id,
        slave,
        backlog: createBacklog(),
        session,
        size: { cols, rows },
        room: undefined,
        cancelGone: () => {},
        cancelGrace: undefined,
      }
      // Before it is answered: a shell may speak at once.
      terminals.set(id, terminal)
      try {
        await ask(terminal, 'terminal_open', {
          cols,
          rows,
          ...(place && { workdir: place.workdir, env: place.env, exact_env: place.exact }),
        })
      } catch (error) {
        forget(terminal)
        throw error
      }
      expectSign(terminal)
      return id
    },
    async write(id, data) {
      const terminal = mustHave(id)
      for (let at = 0; at < data.length; at += TERMINAL_MESSAGE_BYTES)
        await ask(terminal, 'terminal_write', {
          data: data.subarray(at, at + TERMINAL_MESSAGE_BYTES),
        })
    },
    async resize(id, { cols, rows }) {
      const terminal = mustHave(id)
      terminal.size = { cols, rows }
      // One that is lost is told its size when it is taken up again.
      if (terminal.session) await ask(terminal, 'terminal_resize', { cols, rows })
    },
    async close(id) {
      const terminal = terminals.get(id)
      if (!terminal) return
      forget(terminal)
      await terminal.session
        ?.terminal('terminal_close', { terminal_id: id })
        // The link is lost: the slave ends what nobody takes up.
        .catch(() => {})
    },
    took(id, upTo, again) {
      const terminal = terminals.get(id)
      if (!terminal) return
      expectSign(terminal)
      terminal.backlog.release(upTo)
      if (again) tell(terminal, Math.max(upTo, terminal.backlog.start))
      if (!isFull(terminal)) giveRoom(terminal)
    },
    hear(slave, op, fields) {
      const terminal = terminals.get(terminalId(fields))
      // Closed in the meantime: what it still says is of no use to anybody.
      if (!terminal || terminal.slave !== slave) return null
      switch (op) {
        case 'terminal_data':
          return takeData(terminal, fields)
        case 'terminal_ended':
          end(terminal, optional(fields.code, 'code', asCount) ?? null, '')
          return null
        default:
          throw new ProtocolError(`unknown op "${op}"`)
      }
    },
    setSession(slave, session) {
      for (const terminal of terminals.values())
        if (terminal.slave === slave)
          if (session)
            // One that can't be taken up is lost, and says so in its window.
            alone(takeUp(terminal, session), () => lose(terminal))
          else lose(terminal)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    stop() {
      for (const terminal of [...terminals.values()]) end(terminal, null, 'the master stops')
      listeners.clear()
    },
  }

  function mustHave(id: string): Open {
    const terminal = terminals.get(id)
    if (!terminal) throw new TerminalError('that terminal is closed')
    return terminal
  }

  async function ask({ id, slave, session }: Open, op: string, fields: Fields): Promise<void> {
    if (!session) throw new TerminalError(`the link to ${slave} is lost`)
    try {
      await session.terminal(op, { terminal_id: id, ...fields })
    } catch (error) {
      if (error instanceof RemoteError || error instanceof LinkEndedError)
        throw new TerminalError(error.message, { cause: error })
      throw error
    }
  }

  function takeData(terminal: Open, fields: Fields): null | Promise<null> {
    const { offset, data } = parseTerminalData(fields)
    const { backlog } = terminal
    if (offset > backlog.end)
      throw new ProtocolError(`${offset - backlog.end} bytes of a terminal are missing`)
    const from = backlog.end
    // What came before the link was lost is not taken twice.
    backlog.append(data.subarray(from - offset))
    tell(terminal, from)
    if (!isFull(terminal)) return null
    terminal.room ??= Promise.withResolvers()
    return terminal.room.promise
  }

  function tell(terminal: Open, from: number) {
    const { id, backlog } = terminal
    for (let offset = from; offset < backlog.end; ) {
      const data = backlog.read(offset, TERMINAL_MESSAGE_BYTES)
      const text = Buffer.from(data).toString('base64')
      announce({ topic: 'terminal/data', payload: { terminalId: id, offset, data: text } })
      offset += data.length
    }
  }

  function isFull({ backlog }: Open): boolean {
    return backlog.end - backlog.start >= TERMINAL_WINDOW_BYTES
  }

  function giveRoom(terminal: Open) {
    terminal.room?.resolve(null)
    terminal.room = undefined
  }

  function lose(terminal: Open) {
    if (!terminal.session) return
    terminal.session = undefined
    giveRoom(terminal)
    announce({ topic: 'terminal/link', payload: { terminalId: terminal.id, lost: true } })
    terminal.cancelGrace = clock.after(LINK_GRACE_MS, () =>
      end(terminal, null, `the link to ${terminal.slave} was lost`),
    )
  }

  async function takeUp(terminal: Open, session: Session) {
    if (terminal.session === session) return
    const { id, backlog, size } = terminal
    terminal.session = session
    terminal.cancelGrace?.()
    try {
      const received = backlog.end
      await session.terminal('terminal_open', { terminal_id: id, received, ...size })
      announce({ topic: 'terminal/link', payload: { terminalId: id, lost: false } })
    } catch (error) {
      // Another link may have come and gone meanwhile.
      if (terminal.session === session) end(terminal, null, (error as Error).message)
    }
  }

  function end(terminal: Open, code: number | null, reason: string) {
    if (!forget(terminal)) return
    announce({ topic: 'terminal/ended', payload: { terminalId: terminal.id, code, reason } })
  }

  function forget(terminal: Open): boolean {
    terminal.cancelGone()
    terminal.cancelGrace?.()
    giveRoom(terminal)
    return terminals.delete(terminal.id)
  }

  // A window that was closed, or a browser that crashed, must not leave shells behind.
  function expectSign(terminal: Open) {
    terminal.cancelGone()
    terminal.cancelGone = clock.after(WINDOW_GONE_MS, () => {
      void terminal.session
        ?.terminal('terminal_close', { terminal_id: terminal.id })
        .catch(() => {})
      end(terminal, null, 'its window is gone')
    })
  }

  function announce(news: TerminalNews) {
    for (const listener of listeners) listener(news)
  }
}
