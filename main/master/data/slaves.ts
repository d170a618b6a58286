import type { Clock } from '../clock.ts'
import { runningBuilds } from '../db/builds.ts'
import type { Database } from '../db/database.ts'
import * as slaves from '../db/slaves.ts'
import type {
  Moment,
  Quarantine,
  Slave,
  SlaveInfo,
  SlaveLink,
  SlaveState,
  SlaveVitals,
} from '../model.ts'
import type { Mq } from '../mq/mq.ts'
import { nextQuarantine } from '../slaves/quarantine.ts'
import type { Gate } from './gate.ts'
import { keptVitals } from './kept-vitals.ts'
import type { Update } from './unit.ts'

const CONSOLE_CHARACTERS = 64 * 1024
// An hour of what comes every quarter of a minute.
const KEPT_VITALS = 240

interface Live {
  readonly state: SlaveState
  readonly reason: string
  readonly since: Moment
}

/** What is known of a link while it lasts. */
export type LinkFacts = Omit<SlaveLink, 'how' | 'address' | 'program'>

const NO_LINK: LinkFacts = {
  latencyMs: null,
  bytesPerSecond: null,
  lastSeenAt: null,
  clockOffsetMs: null,
  capabilities: {},
  leaseUntil: null,
}

/** Slaves: what the configuration names and what was decided about them, with how they fare right now. */
export function slaveData(
  db: Database,
  update: Update,
  clock: Clock,
  mq: Mq,
  eventually: Gate['eventually'],
) {
  const startedAt = clock.now()
  // How a slave fares is of this moment and not worth a row.
  const live = new Map<string, Live>()
  const links = new Map<string, LinkFacts>()
  const vitals = new Map<string, readonly SlaveVitals[]>()
  const kept = keptVitals(db, update)
  const consoles = new Map<string, string>()
  // Those that asked to go after their builds: a wish of this life of the slave.
  const leaves = new Set<string>()

  const data = {
    slaves: (): Slave[] => {
      const running = runningBuilds(db)
      return slaves.listSlaves(db).map(row => withLive(row, running))
    },
    slave(name: string): Slave | undefined {
      const row = slaves.findSlave(db, name)
      return row && withLive(row, runningBuilds(db))
    },

    saveSlaves(list: readonly slaves.SlaveFacts[]): void {
      update(announce => {
        const names = new Set(list.map(slave => slave.name))
        for (const slave of list) slaves.saveSlave(db, slave)
        for (const slave of slaves.listSlaves(db))
          if (slave.active && !names.has(slave.name)) slaves.deactivateSlave(db, slave.name)
        for (const slave of data.slaves()) announce('slave/changed', slave)
      })
    },

    setSlaveState(name: string, state: SlaveState, reason = ''): void {
      const before = live.get(name)
      const since = before?.state === state ? before.since : clock.now()
      live.set(name, { state, reason, since })
      announceSlave(name)
    },

    /** It has attached, and tells this of itself. */
    setSlaveInfo(name: string, info: SlaveInfo): void {
      update(() => slaves.setSlaveInfo(db, name, info, clock.now()))
      noteLink(name, { lastSeenAt: clock.now() })
      announceSlave(name)
    },

    /** It has told of itself again, without attaching anew. */
    addSlaveInfo(name: string, more: SlaveInfo): void {
      const info = data.slave(name)?.info
      if (info) data.setSlaveInfo(name, { ...info, ...more })
    },

    /** What is known of its link now; what is left out stays. */
    setSlaveLink(name: string, facts: Partial<LinkFacts>): void {
      noteLink(name, facts)
      announceSlave(name)
    },

    /** It wants no more builds, and goes after the last. */
    noteSlaveLeaves(name: string): void {
      leaves.add(name)
      announceSlave(name)
    },

    /** Its link has ended; when it was last heard is kept, also for the next run. */
    endSlaveLink(name: string): void {
      leaves.delete(name)
      const lastSeenAt = links.get(name)?.lastSeenAt ?? null
      links.set(name, { ...NO_LINK, lastSeenAt })
      if (lastSeenAt !== null)
        eventually(() => update(() => slaves.setSlaveSeen(db, name, lastSeenAt)))
      announceSlave(name)
    },

    /** How its machine fares; the newest last. */
    slaveVitals: (name: string): readonly SlaveVitals[] => vitals.get(name) ?? [],
    addSlaveVitals(name: string, one: SlaveVitals): void {
      vitals.set(name, [...(vitals.get(name) ?? []), one].slice(-KEPT_VITALS))
      mq.publish('slave/vitals', { name, vitals: one })
      kept.add(name, one)
    },
    /** Writes what it heard and did not write yet. */
    keepSlaveVitals: kept.flush,

    pauseSlave(name: string, pause: NewPause): void {
      const { reason, by = null, until = null } = pause
      update(() => slaves.setSlavePause(db, name, { reason, at: clock.now(), by, until }))
      announceSlave(name)
    },
    unpauseSlave(name: string): void {
      update(() => slaves.setSlavePause(db, name, null))
      announceSlave(name)
    },
    setSlaveDraining(name: string, draining: boolean): void {
      update(() => slaves.setSlaveDraining(db, name, draining))
      announceSlave(name)
    },
    /** A build on it ended in an exception. */
    quarantineSlave(name: string, reason: string): void {
      const before = slaves.findSlave(db, name)?.quarantine ?? null
      setQuarantine(name, nextQuarantine(before, reason, clock.now()))
    },
    /** It is sane: the next exception is a first one again. */
    endQuarantine(name: string): void {
      if (slaves.findSlave(db, name)?.quarantine) setQuarantine(name, null)
    },
    /** It was told that it stays away. It ends when the slave attaches. */
    setSlaveMissed(name: string): void {
      update(() => slaves.setSlaveMissed(db, name, clock.now()))
      announceSlave(name)
    },

    /** What the slave wrote to its terminal lately. */
    slaveConsole: (name: string) => consoles.get(name) ?? '',
    addConsoleText(name: string, text: string): void {
      consoles.set(name, ((consoles.get(name) ?? '') + text).slice(-CONSOLE_CHARACTERS))
      mq.publish('slave/console', { name, text })
    },

    /** Tells everybody how the slave is now: its builds have changed. */
    announceSlave,
  }
  return data

  // What it says is committed already.
  function announceSlave(name: string) {
    const slave = data.slave(name)
    if (slave) mq.publish('slave/changed', slave)
  }

  function setQuarantine(name: string, quarantine: Quarantine | null) {
    update(() => slaves.setSlaveQuarantine(db, name, quarantine))
    announceSlave(name)
  }

  function noteLink(name: string, facts: Partial<LinkFacts>) {
    links.set(name, { ...(links.get(name) ?? NO_LINK), ...facts })
  }

  function withLive(row: slaves.SlaveRow, running: ReturnType<typeof runningBuilds>): Slave {
    const { lastSeenAt, address, ...slave } = row
    const now = live.get(row.name) ?? {
      state: 'offline',
      reason: '',
      since: lastSeenAt ?? startedAt,
    }
    const building = running.filter(build => build.slave === row.name).map(build => build.id)
    const facts = links.get(row.name) ?? { ...NO_LINK, lastSeenAt }
    const link = { how: howLinked(row), address, program: programOf(row.info), ...facts }
    // How many exceptions there were in a row is kept beyond its end.
    const over = slave.quarantine !== null && slave.quarantine.until <= clock.now()
    const quarantine = over ? null : slave.quarantine
    const draining = slave.draining || leaves.has(row.name)
    return { ...slave, draining, quarantine, ...now, link, building }
  }
}

export interface NewPause {
  readonly reason: string
  readonly by?: string
  readonly until?: Moment | null
}

function howLinked({ kind, address }: slaves.SlaveRow): SlaveLink['how'] {
  if (kind === 'local') return 'pty'
  if (kind === 'remote') return address === null ? 'dials-in' : 'dialed'
  return 'on-demand'
}

// Only our own slaves tell what they can do beyond Buildbot's protocol.
function programOf(info: SlaveInfo): SlaveLink['program'] {
  if (info.triphammer !== undefined) return 'triphammer'
  return info.version === undefined ? null : 'buildbot-worker'
}
