import type { WebSocket } from 'ws'
import { isPlain } from '../../../slave/protocol/capabilities.ts'
import type { Fields } from '../../../slave/protocol/parse.ts'
import { alone } from '../boundary.ts'
import type { Clock } from '../clock.ts'
import type { Lease } from '../config/model.ts'
import type { Moment, SlaveInfo, SlaveState, Stop } from '../model.ts'
import { type Introduced, shakeHands } from './handshake.ts'
import { createOrphans } from './orphans.ts'
import { createSession, type Session, type SessionLife } from './session.ts'

/** A life of the slave with which a master that ran before had builds. */
export interface Expected {
  readonly runId: string
  /** What it told of itself then. */
  readonly info: SlaveInfo
}

export interface AttachmentOptions {
  readonly name: string
  readonly clock: Clock
  /** As it is configured now. */
  readonly lease: () => Lease
  readonly expected?: Expected
  /** Commands that a master that ran before may have left on a slave without `resume`. */
  readonly orphans?: readonly string[]
  /** Makes command ids that are never used again. */
  readonly nextCommandId: () => string
  readonly onState: (state: SlaveState, reason: string) => void
  readonly onSession: (session: Session | undefined) => void
  /** Until when builds wait for a link that is lost; `null` once they need not. */
  readonly onLease: (until: Moment | null) => void
  readonly onTrouble: (reason: string) => void
  /** Answers what the slave's terminals tell; see Terminals. */
  readonly onTerminal: (op: string, fields: Fields) => unknown
  /** Takes what the slave reports of its machine. */
  readonly onVitals?: (fields: Fields) => { readonly at: number }
  /** The last of its builds is over. */
  readonly onIdle?: () => void
  /** How long a slave may take to introduce itself. */
  readonly handshakeMs?: number
  readonly pingMs?: number
  /** Where the commands of a slave without `resume` are noted while they run; see Orphans. */
  readonly orphansFile?: string
}

/** One slave's place at the master. Keepers differ only in how they come by a socket; all the rest is here. */
export interface Attachment {
  /**
   * Shakes hands over an open WebSocket, which becomes the slave's link. Resolves
   * when the slave is attached, with a promise of the reason why the link ended.
   *
   * @throws ProtocolError when the slave is refused. The link is closed then.
   */
  take(socket: WebSocket): Promise<{ readonly ended: Promise<string> }>
  readonly session: Session | undefined
  /** There is no link, and there will be none: what ran is lost now. `died` when its process ended by itself. */
  giveUp(reason: string, died?: boolean): void
  /** Closes the link. What runs on the slave goes on there where it can, and nothing more is heard of it. */
  stop(): Promise<void>
}

// How long the slave that is there may take to say that it is.
const PROBE_MS = 10_000

export function createAttachment(options: AttachmentOptions): Attachment {
  const { name, clock, onState, onSession } = options
  let life: SessionLife | undefined
  let current: Introduced | undefined
  let cancelLease: Stop | undefined
  let stopping = false
  const orphans = createOrphans(options.orphansFile, options.orphans ?? [], options.onTrouble)

  if (options.expected) {
    const { runId, info } = options.expected
    // Its capabilities are told again with the next link; these are what a resumed life has at least.
    const capabilities = { rawOutput: 1, endBuild: 1, resume: 1 }
    adopt(createSession({ info, capabilities, runId }, { ...options, orphans }))
    onState('lost', 'the master has been restarted')
    startLease()
  }

  return {
    take,
    get session() {
      return life?.session
    },
    giveUp,
    async stop() {
      stopping = true
      cancelLease?.()
      const { link } = current ?? {}
      link?.close('the master stops')
      await link?.ended
    },
  }

  async function take(socket: WebSocket) {
    const { leaseMs, spoolBytes } = options.lease()
    const terms = { seconds: leaseMs / 1000, spool_bytes: spoolBytes }
    const next = await shakeHands(socket, { ...options, lease: terms })
    if (stopping) {
      next.link.close('the master stops')
      throw new Error('the master stops')
    }
    if (!(await isSuccessor(next))) {
      next.link.close(`${name} is attached already`)
      throw new Error(`another slave named ${name} is attached already`)
    }
    const before = current
    current = next
    if (life && (next.runId === null || life.session.runId !== next.runId))
      if (next.runId === null) lose('another link of this slave took over', false)
      else lose('the slave was started anew', true)
    before?.link.close('another link of this slave took over')
    const own = (life ??= adopt(createSession(next, { ...options, orphans })))
    alone(
      next.link.ended.then(reason => unlinked(next, reason)),
      error => options.onTrouble(`its link ended: ${(error as Error).message}`),
    )
    await own.attach(next)
    interruptOrphans(next)
    endLease()
    onSession(own.session)
    onState('online', '')
    // "buildbot-worker start" waits for this word in its log, and fails without it.
    if (isPlain(next.capabilities))
      next.link.request('print', { message: 'attached' }).catch(() => {})
    return { ended: next.link.ended }
  }

  // Whoever comes under the name of a slave that is there is either that slave, whose old
  // link is half open, or a second one, which is refused while the first answers.
  async function isSuccessor(next: Introduced): Promise<boolean> {
    const there = current
    if (!there || (next.runId !== null && next.runId === there.runId)) return true
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const cancel = clock.after(PROBE_MS, () => resolve(true))
    there.link.request('print', { message: 'are you there?' }).then(
      () => resolve(false),
      () => resolve(true),
    )
    return promise.finally(cancel)
  }

  function adopt(made: SessionLife): SessionLife {
    life = made
    onSession(made.session)
    return made
  }

  function unlinked(link: Introduced, reason: string) {
    if (current !== link) return
    current = undefined
    if (!life || stopping) return
    life.detach()
    if (life.session.runId === null || life.session.buildCount === 0)
      return giveUp(`the link was lost: ${reason}`)
    startLease()
    onState('lost', reason)
  }

  function startLease() {
    const { leaseMs, graceMs } = options.lease()
    const ms = leaseMs + graceMs
    cancelLease?.()
    cancelLease = clock.after(ms, () => giveUp('its lease is over'))
    options.onLease(clock.now() + ms)
  }

  function endLease() {
    if (!cancelLease) return
    cancelLease()
    cancelLease = undefined
    options.onLease(null)
  }

  function giveUp(reason: string, died = false) {
    if (!life) return
    lose(reason, died)
    // At once: a slave without a link must be given no build.
    onSession(undefined)
    if (!stopping) onState('offline', reason)
  }

  function lose(reason: string, died: boolean) {
    endLease()
    const lost = life
    life = undefined
    lost?.session.close(reason, died)
  }

  function interruptOrphans({ link }: Introduced) {
    for (const id of orphans.ids)
      link.request('interrupt_command', { command_id: id, why: 'its master lost it' }).then(
        () => orphans.ended(id),
        () => {},
      )
  }
}
