import type {
  Builder,
  ConfigStatus,
  MasterEvent,
  Project,
  Queue,
  RedBuilder,
  Slave,
} from '../bridge.ts'

/** Something that does not mend itself: a person has to look at it. */
export type Need =
  | { readonly kind: 'config'; readonly line: number | null; readonly reason: string }
  | { readonly kind: 'damage'; readonly file: string; readonly reason: string }
  | { readonly kind: 'backup'; readonly reason: string; readonly at: number }
  | ({ readonly kind: 'disk' } & Disk)
  | { readonly kind: 'red'; readonly builder: Builder; readonly red: RedBuilder }
  | {
      readonly kind: 'stuck'
      readonly builder: Builder
      readonly count: number
      readonly oldestAt: number
      readonly reason: string
    }
  | { readonly kind: 'slave'; readonly slave: Slave }
  | {
      readonly kind: 'source'
      readonly project: Project
      readonly since: number
      readonly reason: string
    }

export interface Disk {
  /** The machine that has it; `null` for the master's own. */
  readonly slave: string | null
  readonly freeBytes: number
}

export interface NeedsInput {
  readonly now: number
  readonly builders: readonly Builder[]
  readonly slaves: readonly Slave[]
  readonly projects: readonly Project[]
  readonly queue: Queue
  /** Newest first. */
  readonly events: readonly MasterEvent[]
  readonly config: Pick<ConfigStatus, 'good' | 'problems'>
  /** As far as it is known. */
  readonly disks: readonly Disk[]
  readonly red: readonly RedBuilder[]
}

/** Less than this, and the next large build may fill the disk. */
export const LOW_DISK_BYTES = 5_000_000_000
/** A link that is back within this needs nobody. */
const LOST_FOR_MS = 60_000
const AWAY_FOR_MS = 60_000

/** What needs a person, the most urgent first. Pure: no page, no clock. */
export function needsOf(input: NeedsInput): readonly Need[] {
  return [
    ...ofConfig(input),
    ...ofEvents(input),
    ...ofDisk(input),
    ...ofRed(input),
    ...ofQueue(input),
    ...input.slaves
      .filter(slave => needsLook(slave, input.now))
      .map((slave): Need => ({ kind: 'slave', slave })),
    ...ofSources(input),
  ]
}

function ofConfig({ config }: NeedsInput): Need[] {
  if (config.good) return []
  const [problem] = config.problems
  return [
    { kind: 'config', line: problem?.line ?? null, reason: problem?.reason ?? 'it has a fault' },
  ]
}

/** What the board has to know of, however long ago it was. */
export const TOLD_EVENTS = ['master-started', 'history-damaged', 'backup-failed', 'backup-made']

// A backup that was made since makes good for one that failed; and what is damaged still is told
// again after each start.
function ofEvents({ events }: NeedsInput): Need[] {
  const started = events.find(event => event.kind === 'master-started')?.at ?? 0
  const damage = events.find(event => event.kind === 'history-damaged' && event.at >= started)
  const backup = events.find(
    event => event.kind === 'backup-failed' || event.kind === 'backup-made',
  )
  return [
    ...(damage
      ? [{ kind: 'damage', file: damage.subject, reason: damage.detail } satisfies Need]
      : []),
    ...(backup?.kind === 'backup-failed'
      ? [{ kind: 'backup', reason: backup.detail, at: backup.at } satisfies Need]
      : []),
  ]
}

function ofDisk({ disks }: NeedsInput): Need[] {
  return disks
    .filter(disk => disk.freeBytes < LOW_DISK_BYTES)
    .map((disk): Need => ({ kind: 'disk', ...disk }))
}

function ofRed({ red, builders }: NeedsInput): Need[] {
  return red.flatMap((one): Need[] => {
    const builder = builders.find(({ id }) => id === one.builderId)
    return builder ? [{ kind: 'red', builder, red: one }] : []
  })
}

function ofQueue({ queue, builders, now }: NeedsInput): Need[] {
  return queue.flatMap(({ builderId, count, oldestAt, reason, reasons }): Need[] => {
    const builder = builders.find(({ id }) => id === builderId)
    const stuck =
      reasons.length > 0 && reasons.every(one => !passes(one, now - oldestAt > AWAY_FOR_MS))
    return builder && stuck ? [{ kind: 'stuck', builder, count, oldestAt, reason }] : []
  })
}

// Whether a reason goes away without anybody.
function passes(reason: Queue[number]['reasons'][number], long: boolean): boolean {
  switch (reason.kind) {
    case 'starts-now':
    case 'held':
    case 'busy':
    case 'same-builder':
    case 'alone':
    case 'lock':
    case 'quarantine':
      return true
    case 'paused':
      return reason.until !== null
    case 'away':
      return !long || reason.state === 'starting' || reason.state === 'stopping'
    case 'link-lost':
      return !long
    default:
      return false
  }
}

function needsLook(slave: Slave, now: number): boolean {
  if (!slave.active) return false
  return (
    slave.quarantine !== null ||
    slave.missedAt !== null ||
    (slave.state === 'lost' && now - slave.since > LOST_FOR_MS) ||
    // One that was paused until a time comes back by itself.
    (slave.paused !== null && slave.paused.until === null) ||
    (slave.kind === 'local' && slave.state === 'offline' && now - slave.since > AWAY_FOR_MS)
  )
}

function ofSources({ projects }: NeedsInput): Need[] {
  return projects.flatMap((project): Need[] =>
    project.active && project.source.state === 'away'
      ? [{ kind: 'source', project, since: project.source.since, reason: project.source.reason }]
      : [],
  )
}
