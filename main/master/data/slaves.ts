import type { Clock } from '../clock.ts'
import type { ConfigStatus } from '../config/status.ts'
import * as builders from '../db/builders.ts'
import { runningBuilds } from '../db/builds.ts'
import type { Database } from '../db/database.ts'
import * as slaves from '../db/slaves.ts'
import type {
  Builder,
  BuilderId,
  Project,
  Slave,
  SlaveInfo,
  SlaveState,
  SourceState,
} from '../model.ts'
import type { Mq } from '../mq/mq.ts'
import type { Update } from './unit.ts'

const CONSOLE_CHARACTERS = 64 * 1024

interface Live {
  readonly state: SlaveState
  readonly reason: string
  readonly since: number
}

/** Builders, projects and slaves: what the configuration names, with how it fares right now. */
export function deskData(db: Database, update: Update, clock: Clock, mq: Mq) {
  const startedAt = clock.now()
  // How a slave or a repository fares is of this moment and not worth a row.
  const live = new Map<string, Live>()
  const sources = new Map<string, SourceState>()
  const consoles = new Map<string, string>()
  let configStatus: ConfigStatus | undefined

  const data = {
    builders: () => builders.listBuilders(db),
    builder: (id: BuilderId) => builders.findBuilder(db, id),
    builderByName: (name: string) => builders.findBuilderByName(db, name),
    projects: (): Project[] => builders.listProjects(db).map(withSource),
    slaves: (): Slave[] => {
      const running = runningBuilds(db)
      return slaves.listSlaves(db).map(row => withLive(row, running))
    },
    slave: (name: string): Slave | undefined => data.slaves().find(slave => slave.name === name),

    /** Makes these the active builders; those that are left out keep their history. */
    saveBuilders(facts: readonly builders.BuilderFacts[]): Builder[] {
      return update(announce => {
        const before = new Map(builders.listBuilders(db).map(b => [b.name, JSON.stringify(b)]))
        const names = new Set(facts.map(builder => builder.name))
        for (const builder of facts) builders.saveBuilder(db, builder)
        for (const builder of builders.listBuilders(db))
          if (builder.active && !names.has(builder.name)) builders.deactivateBuilder(db, builder.id)
        const after = builders.listBuilders(db)
        for (const builder of after)
          if (before.get(builder.name) !== JSON.stringify(builder))
            announce('builder/changed', builder)
        return after.filter(builder => builder.active)
      })
    },

    saveProjects(projects: readonly Omit<builders.ProjectRow, 'active'>[]): void {
      update(announce => {
        const names = new Set(projects.map(project => project.name))
        for (const project of projects) builders.saveProject(db, project)
        for (const project of builders.listProjects(db))
          if (project.active && !names.has(project.name))
            builders.deactivateProject(db, project.name)
        for (const project of builders.listProjects(db))
          announce('project/changed', withSource(project))
      })
    },

    setSourceState(project: string, state: SourceState): void {
      sources.set(project, state)
      const row = builders.listProjects(db).find(({ name }) => name === project)
      if (row) update(announce => announce('project/changed', withSource(row)))
    },

    saveSlaves(list: readonly Pick<Slave, 'name' | 'kind' | 'tags' | 'maxBuilds'>[]): void {
      update(announce => {
        const names = new Set(list.map(slave => slave.name))
        for (const slave of list) slaves.saveSlave(db, slave)
        for (const slave of slaves.listSlaves(db))
          if (slave.active && !names.has(slave.name)) slaves.deactivateSlave(db, slave.name)
        for (const slave of data.slaves()) announce('slave/changed', slave)
      })
    },

    setSlaveState(name: string, state: SlaveState, reason = ''): void {
      live.set(name, { state, reason, since: clock.now() })
      announceSlave(name)
    },

    setSlaveInfo(name: string, info: SlaveInfo): void {
      update(() => slaves.setSlaveSeen(db, name, info, clock.now()))
      announceSlave(name)
    },

    pauseSlave(name: string, reason: string): void {
      update(() => slaves.setSlavePause(db, name, { reason, at: clock.now() }))
      announceSlave(name)
    },
    unpauseSlave(name: string): void {
      update(() => slaves.setSlavePause(db, name, null))
      announceSlave(name)
    },

    configStatus: () => configStatus,
    setConfigStatus(status: ConfigStatus): void {
      configStatus = status
      mq.publish('config/changed', status)
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

  function announceSlave(name: string) {
    const slave = data.slave(name)
    if (slave) update(announce => announce('slave/changed', slave))
  }

  function withSource(project: builders.ProjectRow): Project {
    return { ...project, source: sources.get(project.name) ?? { state: 'unknown' } }
  }

  function withLive(row: slaves.SlaveRow, running: ReturnType<typeof runningBuilds>): Slave {
    const { lastSeenAt, ...slave } = row
    const now = live.get(row.name) ?? {
      state: 'offline',
      reason: '',
      since: lastSeenAt ?? startedAt,
    }
    const building = running.filter(build => build.slave === row.name).map(build => build.id)
    return { ...slave, ...now, building }
  }
}
