import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Fields } from '../../../slave/protocol/parse.ts'
import { slaveIdOf } from '../../../slave/protocol/slave-id.ts'
import { alone } from '../boundary.ts'
import type { Clock } from '../clock.ts'
import type { ElasticConfig } from '../config/elastic.ts'
import type { SlaveConfig } from '../config/model.ts'
import type { Data } from '../data/data.ts'
import type { SlaveState } from '../model.ts'
import type { Mq } from '../mq/mq.ts'
import { slaveFolder } from '../process/build-folder.ts'
import { createAttachment, type Expected } from './attachment.ts'
import { startElasticSlave } from './elastic/elastic.ts'
import { createEngine } from './elastic/engines.ts'
import { startLinkWatch } from './link-watch.ts'
import { type SlaveKeeper, type SlaveProgram, startLocalSlave } from './local.ts'
import type { Remote } from './remote/remote.ts'
import type { Session } from './session.ts'
import type { Terminals } from './terminals.ts'
import { readReport } from './vitals.ts'

export interface SlavesOptions {
  readonly data: Data
  readonly clock: Clock
  /** `slaves/` of the data directory. */
  readonly folder: string
  readonly program: SlaveProgram
  readonly terminals: Terminals
  readonly remote: Remote
  readonly mq: Mq
  /** Of the app. */
  readonly version: string
  /** The slave as one file, for machines that are started on demand. */
  readonly packedSlave: string
  /** The person's own environment, in which engines are asked. */
  readonly env: Readonly<Record<string, string>>
  /** Lives of slaves in which builds of a master before this one run. */
  readonly expected: ReadonlyMap<string, Expected>
  /** Commands that a master before this one may have left on slaves that can't resume. */
  readonly orphans: ReadonlyMap<string, readonly string[]>
  readonly log: (text: string) => void
}

export interface Slaves {
  /** Starts what is new, stops what is gone, leaves alone what did not change. */
  configure(slaves: readonly SlaveConfig[]): void
  /** Whether its builds go on while no master runs. */
  survives(name: string): boolean
  /** The session of a slave that is attached, or whose link is lost. */
  session(name: string): Session | undefined
  /** Whether it is a slave that starts on demand, and would start now. */
  canWake(name: string): boolean
  /** Builds want a slave that starts on demand. */
  wake(name: string): void
  /** Lets a slave go that drains. A local one is not started again before it is brought back. */
  sendAway(name: string): void
  bringBack(name: string): void
  /** Ends a slave now, whatever it does. A local one is started anew; another may come back by itself. */
  kill(name: string): void
  /** With `leave`, slaves that have builds go on with them where they can. */
  stop(how?: 'leave'): Promise<void>
}

// How long a slave that is to go at once may take to go by itself.
const KILL_MS = 5000

export function startSlaves(options: SlavesOptions): Slaves {
  const { data, clock, folder, program, terminals, remote, log } = options
  const running = new Map<string, { readonly key: string; readonly keeper: SlaveKeeper }>()
  const expecting = new Map(options.expected)
  let configured: readonly SlaveConfig[] = []
  // Those that were let go, and are not wanted back yet.
  const away = new Set<string>()
  const leaving = new Map<string, Promise<void>>()
  const sessions = new Map<string, Session>()
  // Ids are never used again, also not by the next run of this master.
  const run = randomBytes(6).toString('base64url')
  let lastCommand = 0

  const stopWatch = startLinkWatch({
    data,
    clock,
    links: () =>
      [...sessions].flatMap(([name, { stats }]) => (stats ? [[name, stats] as const] : [])),
  })

  return {
    configure(configs) {
      configured = configs
      data.saveSlaves(configs)
      const keys = new Map(configs.map(one => [one.name, keyOf(one)]))
      for (const [name, { key, keeper }] of running)
        if (keys.get(name) !== key) goAlone(name, keeper)
      for (const config of configs) keep(config)
    },
    sendAway(name) {
      if (configured.find(one => one.name === name)?.kind === 'remote') {
        if (!away.has(name))
          sessions
            .get(name)
            ?.shutdown()
            .catch(() => {})
        away.add(name)
        return
      }
      const kept = running.get(name)
      if (!kept) return
      away.add(name)
      goAlone(name, kept.keeper, () => {
        if (away.has(name)) data.setSlaveState(name, 'offline', 'it has been drained')
      })
    },
    bringBack(name) {
      if (!away.delete(name)) return
      const config = configured.find(one => one.name === name)
      if (config) keep(config)
    },
    kill(name) {
      const config = configured.find(one => one.name === name)
      const kept = running.get(name)
      if (!config || !kept) return
      if (config.kind === 'remote') return hangUp(name)
      goAlone(name, kept.keeper)
      keep(config)
    },
    survives(name) {
      if (sessions.get(name)?.runId == null) return false
      // One that is started on demand is ended with its master.
      const kind = configured.find(one => one.name === name)?.kind
      return kind === 'remote' || (running.get(name)?.keeper.outlives?.() ?? false)
    },
    session: name => sessions.get(name),
    canWake: name => running.get(name)?.keeper.canWake?.() ?? false,
    wake: name => running.get(name)?.keeper.wake?.(),
    async stop(how) {
      stopWatch()
      const stopping = [...running.values()].map(({ keeper }) => keeper.stop(how))
      await Promise.all([...stopping, ...leaving.values()])
      running.clear()
      offer(data.keepSlaveVitals)
    },
  }

  function keep(config: SlaveConfig) {
    const { name } = config
    if (running.has(name)) return
    const slave = data.slave(name)
    // One that has drained before this master began stays away.
    if (config.kind !== 'remote' && slave?.draining && slave.building.length === 0) away.add(name)
    if (away.has(name) && config.kind !== 'remote') return
    running.set(name, { key: keyOf(config), keeper: startWhenFree(config) })
  }

  function letGo(name: string, keeper: SlaveKeeper): Promise<void> {
    running.delete(name)
    const gone = keeper.stop().finally(() => {
      if (leaving.get(name) === gone) leaving.delete(name)
    })
    leaving.set(name, gone)
    return gone
  }

  function goAlone(name: string, keeper: SlaveKeeper, then = () => {}) {
    alone(letGo(name, keeper).then(then), error =>
      log(`slave ${name} could not be let go: ${(error as Error).message}`),
    )
  }

  // It is asked to go. One that does not answer is not listened to any more.
  function hangUp(name: string) {
    const session = sessions.get(name)
    if (!session) return
    const close = () => session.close('it was killed from here')
    const cancel = clock.after(KILL_MS, close)
    void session.ended.then(cancel)
    session.shutdown().catch(close)
  }

  // One that is named again while it still leaves would meet itself in its folder.
  function startWhenFree(config: SlaveConfig): SlaveKeeper {
    const gone = leaving.get(config.name)
    if (!gone) return start(config)
    let stopped = false
    let keeper: SlaveKeeper | undefined
    const started = gone.then(() => {
      if (!stopped) keeper = start(config)
    })
    return {
      outlives: () => keeper?.outlives?.() ?? false,
      canWake: () => keeper?.canWake?.() ?? false,
      wake: () => keeper?.wake?.(),
      async stop(how) {
        stopped = true
        await started
        await keeper?.stop(how)
      },
    }
  }

  function start(config: SlaveConfig): SlaveKeeper {
    if (config.elastic) return startElastic(config, config.elastic)
    if (config.kind !== 'local') return keepRemote(config)
    const { name } = config
    return startLocalSlave({
      ...placeOf(config),
      folder: join(folder, slaveFolder(name)),
      program,
      onConsole: text => data.addConsoleText(name, text),
    })
  }

  function startElastic(config: SlaveConfig, elastic: ElasticConfig): SlaveKeeper {
    const { name } = config
    const { mq, env, version, packedSlave } = options
    const onConsole = (text: string) => data.addConsoleText(name, text)
    const id = slaveIdOf(`${hostname()} ${folder}`).slice(0, 8)
    return startElasticSlave({
      ...placeOf(config),
      onConsole,
      engine: createEngine(elastic, { name, id, version, packedSlave, env, onConsole }),
      idleTimeoutMs: elastic.idleTimeoutMs,
      startTimeoutMs: elastic.startTimeoutMs,
      isBusy: () => (data.slave(name)?.building.length ?? 0) > 0,
      onBuilds: look => mq.subscribe('slave/changed', one => void (one.name === name && look())),
    })
  }

  function keepRemote(config: SlaveConfig): SlaveKeeper {
    const { name } = config
    const place = placeOf(config)
    const orphansFile = join(folder, slaveFolder(name), 'running.json')
    const attachment = createAttachment({ ...place, orphansFile })
    const stop = remote.keep(config, attachment, (state, reason) => {
      // Builds that wait for the link say more than how it is sought.
      if (!sessions.has(name)) place.onState(state, reason)
    })
    return {
      async stop(how) {
        await stop()
        if (how !== 'leave') attachment.giveUp('it is no longer attached')
      },
    }
  }

  function placeOf({ name, terminal, lease }: SlaveConfig) {
    const expected = expecting.get(name)
    expecting.delete(name)
    return {
      name,
      clock,
      terminal,
      ...(expected && { expected }),
      orphans: options.orphans.get(name) ?? [],
      lease: () => configured.find(one => one.name === name)?.lease ?? lease,
      nextCommandId: () => `${run}-${++lastCommand}`,
      onState(state: SlaveState, reason: string) {
        if (state === 'lost') terminals.setSession(name, undefined)
        data.setSlaveState(name, state, reason)
      },
      onLease: (until: number | null) => data.setSlaveLink(name, { leaseUntil: until }),
      onSession(session: Session | undefined) {
        const before = sessions.get(name)
        terminals.setSession(name, session?.linked ? session : undefined)
        if (before === session) return
        if (before) {
          sessions.delete(name)
          data.endSlaveLink(name)
          data.eventually(() => void data.addEvent('slave-detached', name))
        }
        if (!session) return
        sessions.set(name, session)
        data.eventually(() => data.setSlaveInfo(name, session.info))
        data.setSlaveLink(name, { capabilities: session.capabilities })
        const version = String(session.info.version ?? '')
        data.eventually(() => void data.addEvent('slave-attached', name, version))
      },
      onDrain: () => data.noteSlaveLeaves(name),
      onVitals: (fields: Fields) => hearVitals(name, fields),
      onTrouble: (reason: string) => log(`slave ${name}: ${reason}`),
      onTerminal: (op: string, fields: Fields) => terminals.hear(name, op, fields),
    }
  }

  // How machines fared is worth no more than a word when it can't be written.
  function offer(write: () => void) {
    try {
      write()
    } catch (error) {
      log(`how the machines of slaves fared is lost: ${(error as Error).message}`)
    }
  }

  function hearVitals(name: string, fields: Fields) {
    const now = clock.now()
    const { vitals, clock: measured, tools } = readReport(fields, now)
    offer(() => data.addSlaveVitals(name, vitals))
    if (tools) data.eventually(() => data.addSlaveInfo(name, { tools }))
    if (measured) {
      const { latencyMs = null } = sessions.get(name)?.stats ?? {}
      data.setSlaveLink(name, {
        clockOffsetMs: Math.round(measured.offsetMs),
        latencyMs: latencyMs ?? measured.tripMs,
      })
    }
    return { at: now }
  }
}

// What a slave has to be started anew for.
function keyOf({ kind, address, terminal, elastic }: SlaveConfig): string {
  return JSON.stringify([kind, address, terminal, elastic])
}
