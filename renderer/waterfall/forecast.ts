import type { Build, Builder, BuilderId, BuildRequest, Queue, Schedule, Slave } from '../bridge.ts'
import type { Sleep } from '../store/sleeps.ts'
import { awakeStart, type Estimate } from './estimate.ts'

/** What is known of the desk as it stands now. */
export interface Standing {
  readonly now: number
  readonly builders: readonly Builder[]
  readonly slaves: readonly Slave[]
  /** The builds that run. */
  readonly running: readonly Build[]
  /** Requests that are not complete. */
  readonly requests: readonly BuildRequest[]
  readonly queue: Queue
  readonly schedule: Schedule
  readonly estimate: (id: BuilderId) => Estimate | null
  /** Time that no build took. */
  readonly sleeps: readonly Sleep[]
}

/** A build that has not begun. */
export interface Expected {
  /** Requests wait in the queue; what a scheduler plans is not asked for yet. */
  readonly kind: 'waiting' | 'planned'
  /** `null` when nobody can say. */
  readonly startsAt: number | null
  readonly estimate: Estimate | null
  readonly reason: string
  /** Since when it waits, or the name of what plans it. */
  readonly since: number | null
  readonly scheduler: string
  readonly onlyIfChanged: boolean
  /** How many like it come after it and are not told one by one. */
  readonly more: number
}

/** So many waiting requests of a builder are told one by one. */
const MOST = 3
const NEVER = Number.POSITIVE_INFINITY

/** When the builds that wait or are planned will begin: slaves take them as they get free. */
export function forecast(standing: Standing): ReadonlyMap<BuilderId, readonly Expected[]> {
  const { now, builders, requests, queue, schedule, estimate } = standing
  const found = new Map<BuilderId, Expected[]>()
  const add = (id: BuilderId, expected: Expected) =>
    found.set(id, [...(found.get(id) ?? []), expected])
  const waiting = requests
    .filter(request => request.claimedAt === null && request.completeAt === null)
    .sort((a, b) => b.priority - a.priority || a.submittedAt - b.submittedAt || a.id - b.id)
  const slots = createSlots(standing)
  const known = new Map(builders.map(builder => [builder.id, builder]))
  const entries = new Map(queue.map(entry => [entry.builderId, entry]))
  for (const request of waiting) {
    const builder = known.get(request.builderId)
    if (!builder) continue
    const own = found.get(builder.id)
    if (own && own.length >= MOST) {
      const last = own.at(-1)!
      own[own.length - 1] = { ...last, more: last.more + 1 }
      continue
    }
    const entry = entries.get(builder.id)
    const startsAt = slots.take(builder, entry)
    add(builder.id, {
      kind: 'waiting',
      startsAt: startsAt === NEVER ? null : startsAt,
      estimate: estimate(builder.id),
      reason: entry?.reason ?? request.reason,
      since: request.submittedAt,
      scheduler: request.scheduler,
      onlyIfChanged: false,
      more: 0,
    })
  }
  for (const { builderId, at, reason, scheduler, onlyIfChanged } of schedule) {
    add(builderId, {
      kind: 'planned',
      startsAt: Math.max(now, at),
      estimate: estimate(builderId),
      reason,
      since: null,
      scheduler,
      onlyIfChanged,
      more: 0,
    })
  }
  return found
}

/** When each slave has room for a build. */
function createSlots({ now, builders, slaves, running, estimate, sleeps }: Standing) {
  const endOf = (build: Build) => {
    const length = estimate(build.builderId)?.medianMs
    return length === undefined ? NEVER : Math.max(now, awakeStart(build, now, sleeps) + length)
  }
  const free = new Map<string, number[]>()
  for (const slave of slaves) {
    const from = freeFrom(slave, now)
    const ends = running.filter(({ slave: name }) => name === slave.name).map(endOf)
    while (ends.length < slave.maxBuilds) ends.push(now)
    free.set(
      slave.name,
      ends.map(end => Math.max(from, end)),
    )
  }
  // A builder builds on a slave once at a time.
  const ownEnds = new Map<string, number>()
  for (const build of running) ownEnds.set(`${build.builderId} ${build.slave}`, endOf(build))
  const labels = new Map<string, number>()
  for (const build of running) {
    const builder = builders.find(one => one.id === build.builderId)
    if (builder) labels.set(`${builder.name} #${build.number}`, endOf(build))
  }

  return {
    /** Gives a builder's next request the first room that there is for it. */
    take(builder: Builder, entry: Queue[number] | undefined): number {
      if (entry?.reasons.some(({ kind }) => HOPELESS.has(kind))) return NEVER
      let best = { start: NEVER, slave: '', slot: 0 }
      for (const slave of builder.slaves) {
        const ends = free.get(slave)
        const blocked = blockedUntil(entry, slave, labels)
        if (!ends || blocked === NEVER) continue
        const slot = ends.indexOf(Math.min(...ends))
        const own = ownEnds.get(`${builder.id} ${slave}`) ?? now
        const start = Math.max(now, ends[slot]!, own, blocked)
        if (start < best.start) best = { start, slave, slot }
      }
      if (best.start === NEVER) return NEVER
      const end = best.start + (estimate(builder.id)?.medianMs ?? NEVER)
      free.get(best.slave)![best.slot] = end
      ownEnds.set(`${builder.id} ${best.slave}`, end)
      return best.start
    },
  }
}

/** As long as this holds, time alone does not start it. */
const HOPELESS: ReadonlySet<string> = new Set(['builder-gone', 'held', 'no-slave', 'no-tag'])

// A slave that is away may be back at any time; that is no time to tell.
function freeFrom(slave: Slave, now: number): number {
  const { active, state, draining, paused, quarantine, link } = slave
  if (!active || draining) return NEVER
  if (paused) return paused.until ?? NEVER
  if (quarantine) return quarantine.until
  const onDemand = link.how === 'on-demand' && state === 'offline'
  return state === 'online' || state === 'starting' || onDemand ? now : NEVER
}

function blockedUntil(
  entry: Queue[number] | undefined,
  slave: string,
  labels: ReadonlyMap<string, number>,
): number {
  let until = 0
  for (const reason of entry?.reasons ?? []) {
    if (!('slave' in reason) || reason.slave !== slave) continue
    if (reason.kind === 'unfit' || reason.kind === 'unknown' || reason.kind === 'gone') return NEVER
    if (reason.kind !== 'lock') continue
    // One of those that hold it has to end.
    const ends = reason.holders.map(label => labels.get(label) ?? NEVER)
    until = Math.max(until, Math.min(NEVER, ...ends))
  }
  return until
}
