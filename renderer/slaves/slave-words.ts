import type { Slave } from '../bridge.ts'
import { count, duration, roughly, when } from '../ui/format.ts'

/** How a slave stands, as one sign. */
export type SlaveSign =
  | 'building'
  | 'idle'
  | 'paused'
  | 'draining'
  | 'quarantine'
  | 'lost'
  | 'starting'
  | 'asleep'
  | 'missing'
  | 'offline'

export interface SlaveWords {
  readonly sign: SlaveSign
  readonly label: string
  /** Why, or what more there is to know; may be empty. */
  readonly detail: string
}

/** What the words need to know beyond the slave itself. */
export interface SlaveScene {
  readonly now: number
  /** What it builds, by name: `calc-linux #811`. */
  readonly building: readonly string[]
  /** The last build that it finished: name and when. */
  readonly last: { readonly name: string; readonly at: number } | null
  /** How many requests wait that this slave could build. */
  readonly waiting: number
}

/** Says in words how a slave stands and why. What keeps it from building goes before what it does. */
export function describeSlave(slave: Slave, scene: SlaveScene): SlaveWords {
  const { now, building } = scene
  const goesOn = building.length > 0 ? `${listed(building)} ${goes(building)} on` : ''
  if (slave.state === 'lost') {
    const until = slave.link.leaseUntil
    return {
      sign: 'lost',
      label: `Link lost ${duration(now - slave.since)}`,
      detail: joined(
        goesOn || slave.reason,
        until !== null && building.length > 0 && `lease to ${when(until, now)}`,
      ),
    }
  }
  if (slave.state === 'offline') return describeAway(slave, scene)
  if (slave.state === 'starting')
    return { sign: 'starting', label: 'Starting', detail: slave.reason }
  if (slave.state === 'stopping')
    return { sign: 'draining', label: 'Stopping', detail: goesOn || slave.reason }
  const stillBuilds = building.length > 0 ? `${listed(building)} still ${runs(building)}` : ''
  if (slave.quarantine) {
    const { until, failures, reason } = slave.quarantine
    const after = failures === 1 ? 'an exception' : `${failures} exceptions in a row`
    return {
      sign: 'quarantine',
      label: `In quarantine until ${when(until, now)}`,
      detail: joined(`after ${after}${reason ? `: ${reason}` : ''}`, stillBuilds),
    }
  }
  if (slave.paused) {
    const { by, until, reason } = slave.paused
    return {
      sign: 'paused',
      label: `Paused${by ? ` by ${by}` : ''}${until !== null ? `, until ${when(until, now)}` : ''}`,
      detail: joined(reason && `“${reason}”`, stillBuilds || waitingWords(scene.waiting)),
    }
  }
  if (slave.draining)
    return {
      sign: 'draining',
      label: 'Draining',
      detail: building.length > 0 ? `goes after ${listed(building)}` : 'takes no new builds',
    }
  if (building.length > 0)
    return { sign: 'building', label: count(building.length, 'build'), detail: listed(building) }
  return {
    sign: 'idle',
    label: 'Idle',
    detail: scene.last
      ? `last build ${scene.last.name}, ${when(scene.last.at, now)}`
      : 'no build yet',
  }
}

function describeAway(slave: Slave, { now, waiting, last }: SlaveScene): SlaveWords {
  const onDemand = slave.link.how === 'on-demand'
  const stopped = slave.paused
    ? `paused${slave.paused.reason ? `: “${slave.paused.reason}”` : ''}`
    : ''
  if (slave.missedAt !== null)
    return {
      sign: 'missing',
      label: `Missing since ${when(slave.since, now)}`,
      detail: joined(slave.reason, waitingWords(waiting), stopped),
    }
  if (onDemand && slave.reason === '')
    return {
      sign: 'asleep',
      label: 'Not started',
      detail: joined('starts when a build needs it', stopped),
    }
  // It never was there: "since" would be the time when it was configured.
  if (slave.link.lastSeenAt === null && last === null)
    return {
      sign: 'offline',
      label: 'Not attached yet',
      detail: joined(slave.reason || awaited(slave), stopped),
    }
  return {
    sign: 'offline',
    label: `Offline since ${when(slave.since, now)}`,
    detail: joined(slave.reason || awaited(slave), waitingWords(waiting), stopped),
  }
}

function awaited(slave: Slave): string {
  switch (slave.link.how) {
    case 'dials-in':
      return 'the master waits for it to dial in'
    case 'dialed':
      return 'the master tries to reach it'
    default:
      return ''
  }
}

/** How a slave is reached, in one word or two. */
export function describeKind(slave: Slave): string {
  switch (slave.kind) {
    case 'local':
      return 'this machine'
    case 'docker':
      return 'docker, on demand'
    case 'ssh':
      return 'ssh, on demand'
    case 'kubernetes':
      return 'kubernetes, on demand'
    case 'remote':
      return slave.link.how === 'dials-in' ? 'dials in' : (slave.link.address ?? 'dialled')
  }
}

/** How its link is, and which program is at its other end. */
export function describeLink(slave: Slave, now: number): { link: string; program: string } {
  const { link, info } = slave
  const version = typeof info.version === 'string' ? info.version : ''
  const program = link.program === 'buildbot-worker' ? `buildbot-worker ${version}` : version
  const latency = link.latencyMs === null ? '' : `${Math.max(1, Math.round(link.latencyMs))} ms`
  return {
    link: linkWords(slave, now),
    program: joined(program.trim(), slave.state === 'online' && slave.kind !== 'local' && latency),
  }
}

function linkWords({ kind, state, link }: Slave, now: number): string {
  const heard = link.lastSeenAt === null ? null : Math.max(0, now - link.lastSeenAt)
  if (state === 'lost')
    return link.how === 'dials-in' ? 'waits for it to dial in' : 'trying to reach it'
  if (state !== 'online') return heard === null ? '' : `${roughly(heard)} ago`
  if (kind === 'local') return 'pty, private socket'
  return heard === null
    ? 'attached'
    : `heard ${heard < 1000 ? 'just now' : `${roughly(heard)} ago`}`
}

/** The system that a slave runs on: `Debian 12, x64, 8 cores, 32 GB` without what is not known. */
export function describeSystem({ info }: Pick<Slave, 'info'>): string {
  const name = info.os_pretty_name ?? info.platform
  const cores = Number(info.numcpus)
  return joined(
    typeof name === 'string' && name,
    typeof info.arch === 'string' && info.arch,
    cores > 0 && count(cores, 'core'),
  )
}

function waitingWords(waiting: number): string {
  if (waiting === 0) return ''
  return waiting === 1 ? '1 request waits' : `${waiting} requests wait`
}

function listed(names: readonly string[]): string {
  return names.join(', ')
}

function goes(names: readonly string[]): string {
  return names.length === 1 ? 'goes' : 'go'
}

function runs(names: readonly string[]): string {
  return names.length === 1 ? 'runs' : 'run'
}

function joined(...parts: readonly (string | false | null | undefined)[]): string {
  return parts.filter(Boolean).join(', ')
}
