import type { WebSocket } from 'ws'
import type { Fields } from '../../../slave/protocol/parse.ts'
import type { Clock } from '../clock.ts'
import type { SlaveState } from '../model.ts'
import { type Session, startSession } from './session.ts'

/** How long a slave and its master do without each other. */
export interface Lease {
  /** How long a slave goes on without its master. */
  readonly leaseMs: number
  /** How long the master waits beyond that, so that the slave has ended its commands first. */
  readonly graceMs: number
}

export interface AttachmentOptions {
  readonly name: string
  readonly clock: Clock
  readonly lease: Lease
  /** Makes command ids that are never used again. */
  readonly nextCommandId: () => string
  readonly onState: (state: SlaveState, reason: string) => void
  readonly onSession: (session: Session | undefined) => void
  readonly onTrouble: (reason: string) => void
  /** Answers what the slave's terminals tell; see Terminals. */
  readonly onTerminal: (op: string, fields: Fields) => unknown
  /** How long a slave may take to introduce itself. */
  readonly handshakeMs?: number
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
  /** There is no link, and there will be none: what ran is lost now. */
  giveUp(reason: string): void
  /** Closes the link. */
  stop(): Promise<void>
}

export function createAttachment(options: AttachmentOptions): Attachment {
  const { onState, onSession } = options
  const orphans = new Set<string>()
  let session: Session | undefined
  let stopping = false

  return {
    take,
    get session() {
      return session
    },
    giveUp: reason => session?.close(reason),
    async stop() {
      stopping = true
      session?.close('the master stops')
      await session?.ended
    },
  }

  async function take(socket: WebSocket) {
    const taken = await startSession(socket, { ...options, orphans })
    // Whoever shook hands last is the slave: the link before may be half open for long.
    session?.close('another link of this slave took over')
    session = taken
    onSession(taken)
    onState('online', '')
    void taken.ended.then(reason => {
      if (session !== taken) return
      session = undefined
      // At once: a slave without a link must be given no build.
      onSession(undefined)
      if (!stopping) onState('offline', `the link was lost: ${reason}`)
    })
    return { ended: taken.ended }
  }
}
