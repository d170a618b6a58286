import type { Lease } from '../../main/master/config/model.ts'
import { type Attachment, createAttachment } from '../../main/master/slaves/attachment.ts'
import { createFakeClock, type FakeClock } from './clock.ts'

export interface TestAttachment extends Attachment {
  readonly clock: FakeClock
  /** Each state that was told, with its reason. */
  readonly states: readonly string[]
  readonly troubles: readonly string[]
}

export const LEASE: Lease = { leaseMs: 600_000, graceMs: 60_000, spoolBytes: 64 * 1024 * 1024 }

export interface TestAttachmentOptions {
  readonly lease?: Lease
  readonly handshakeMs?: number
  readonly pingMs?: number
  readonly nextCommandId?: () => string
  readonly clock?: FakeClock
  readonly orphans?: readonly string[]
}

/** A slave's place at a master whose clock stands still. */
export function testAttachment(options: TestAttachmentOptions = {}): TestAttachment {
  const clock = options.clock ?? createFakeClock()
  const states: string[] = []
  const troubles: string[] = []
  let last = 0
  const attachment = createAttachment({
    name: 'a',
    nextCommandId: () => `c${++last}`,
    onState: (state, reason) => states.push(reason ? `${state}: ${reason}` : state),
    onSession() {},
    onLease() {},
    onTrouble: reason => troubles.push(reason),
    onTerminal: () => null,
    ...options,
    lease: () => options.lease ?? LEASE,
    clock,
  })
  return {
    ...attachment,
    get session() {
      return attachment.session
    },
    clock,
    states,
    troubles,
  }
}
