import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Backups, startBackups } from './backup/backups.ts'
import { type Bisects, startBisects } from './bisect/bisects.ts'
import { alone, guardClock } from './boundary.ts'
import { type GitSource, startGitSource } from './changes/git-source.ts'
import { type Clock, systemClock } from './clock.ts'
import { type ConfigFile, openConfigFile } from './config/config-file.ts'
import type { BuilderConfig, Config, ProjectConfig, SlavePort } from './config/model.ts'
import type { ConfigStatus } from './config/status.ts'
import { type ArtifactStore, openArtifacts } from './data/artifacts.ts'
import { type HistoryAsker, openHistoryAsker } from './data/ask-history.ts'
import type { RunningBuild } from './data/builds.ts'
import { createData, type Data } from './data/data.ts'
import { openHistory } from './db/history.ts'
import { keepLogIdsAbove } from './db/log-ids.ts'
import { startSyncToDisk } from './db/sync-to-disk.ts'
import { withLogin } from './git/address.ts'
import { openLogStore } from './logs/log-store.ts'
import type { AsyncStop, Build, BuilderId, BuildId, LogId, SourceStamp } from './model.ts'
import { type Monitor, startMonitor } from './monitors/monitor.ts'
import { createMq, type Mq } from './mq/mq.ts'
import { type Distributor, startDistributor } from './process/distributor.ts'
import { createHiddenMarks } from './process/hidden-marks.ts'
import { createLocks } from './process/locks.ts'
import { commandId } from './process/step-run.ts'
import { createRoomWatch } from './room.ts'
import { type Schedulers, startSchedulers } from './schedulers/schedulers.ts'
import { memorySecrets, type SecretsStore } from './secrets.ts'
import type { Expected } from './slaves/attachment.ts'
import type { SlaveProgram } from './slaves/local.ts'
import { startOperations } from './slaves/operations.ts'
import { type Remote, startRemote } from './slaves/remote/remote.ts'
import { type Slaves, startSlaves } from './slaves/slaves.ts'
import { createTerminals, type Terminals } from './slaves/terminals.ts'
import { startSleepWatch } from './sleep-watch.ts'
import { openTestReader } from './steps/tests/test-reader.ts'
import { acknowledgeSyncs } from './upgrade/acknowledge.ts'
import { watchForDamage } from './upgrade/damage-watch.ts'
import { describePrepared } from './upgrade/describe.ts'
import { prepareForLooking, prepareStores } from './upgrade/prepare.ts'
import { tendOddValues } from './upgrade/quarantine.ts'
import type { UpgradeProgress } from './upgrade/upgrade.ts'

export interface MasterOptions {
  readonly dataDir: string
  readonly configFile: string
  /** Of the app. */
  readonly version: string
  /** `desktop` or `headless`. */
  readonly shell: string
  readonly slaveProgram: SlaveProgram
  /** The slave as one file, which is sent to machines that are started on demand. */
  readonly packedSlave: string
  /** The slave's package, which other machines get from here; none when not given. */
  readonly slavePackage?: string
  /** The environment for git, and for the engines that start machines. */
  readonly env: Readonly<Record<string, string>>
  readonly clock?: Clock
  readonly secret?: (name: string) => string | undefined
  /** Where keys are kept that this master has to show; in memory when it is left out. */
  readonly secrets?: SecretsStore
  /** Where slaves dial in, in place of what the configuration says. */
  readonly slavePort?: SlavePort
  readonly mode: MasterMode
  /** One line of the app's log. */
  readonly log: (text: string) => void
  /** Told while the history is brought to this version. */
  readonly onUpgrade?: (progress: UpgradeProgress) => void
  /** Ends that, as long as nothing has been changed. */
  readonly upgradeSignal?: AbortSignal
  /** The data directory is a copy that is only looked at: what can be read of it is enough. */
  readonly lookOnly?: boolean
}

/**
 * `full`: everything runs. `single`: only builders that are named by `serve` are
 * built, nothing is watched or scheduled. `dormant`: history can be read and
 * written, and nothing runs.
 */
export type MasterMode = 'full' | 'single' | 'dormant'

/** What becomes of builds that run when the master stops. */
export type WhatOfBuilds = 'leave' | 'stop'

export interface Master {
  readonly data: Data
  readonly mq: Mq
  readonly clock: Clock
  readonly options: MasterOptions
  readonly artifacts: ArtifactStore
  readonly config: ConfigFile
  readonly distributor: Distributor
  /** Searches for changes that broke a builder. */
  readonly bisects: Bisects
  readonly slaves: Pick<Slaves, 'session' | 'kill' | 'survives'>
  /** What is going to be asked for without a person. */
  readonly schedulers: Pick<Schedulers, 'planned' | 'subscribe'>
  readonly terminals: Terminals
  readonly backups: Backups
  /** Questions to the whole history, answered on a thread of its own. */
  readonly history: HistoryAsker
  /** Slaves of other machines. */
  readonly remote: Remote
  /** Builds of an earlier run that go on. */
  readonly carried: readonly BuildId[]
  /** Builds that an earlier run left unfinished; their requests wait again. */
  readonly abandoned: readonly Build[]
  /** Looks for new commits now. Resolves when they are in history. */
  poll(project?: string): Promise<void>
  /**
   * Looks at a project's repository before it is configured: what is there then
   * is known, and no scheduler takes it for news.
   */
  adopt(project: ProjectConfig): Promise<void>
  /** Makes a builder known for this run only, as `triphammer run` does. */
  addTransientBuilder(builder: BuilderConfig, project: ProjectConfig): void
  /** Builds the requests of this builder, in `single` mode. */
  serve(builder: BuilderId): void
  /**
   * Stops in order. With `leave`, builds go on at slaves that can do without a master,
   * and the next run takes them up; others, and with `stop` all, end as RETRY and are
   * built again. A master in `single` mode stops them unless told otherwise.
   */
  stop(builds?: WhatOfBuilds): Promise<void>
}

/** Starts every service of the build master, in plain Node, on a data directory that it alone uses. */
export async function startMaster(options: MasterOptions): Promise<Master> {
  const { dataDir, log } = options
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const onError = (error: unknown) => log(`unexpected: ${(error as Error).stack ?? error}`)
  // What fails in a timer is told there, and ends nobody.
  const clock = guardClock(options.clock ?? systemClock, onError)
  const historyPath = join(dataDir, 'history.sqlite')
  const logsPath = join(dataDir, 'logs.sqlite')
  const stops: (() => unknown)[] = []
  try {
    const prepared = await (options.lookOnly ? prepareForLooking : prepareStores)({
      dataDir,
      version: options.version,
      ...(options.onUpgrade && { onProgress: options.onUpgrade }),
      ...(options.upgradeSignal && { signal: options.upgradeSignal }),
    })
    const db = openHistory(historyPath, options.lookOnly, BUSY_MS)
    stops.push(() => db.close())
    const odd = options.lookOnly ? [] : tendOddValues(db, clock.now())
    const mq = createMq(onError)
    // Logs first: history refers to them.
    const sync = startSyncToDisk([logsPath, historyPath], {
      onError,
      begin: () => acknowledging.begin(),
      done: mark => acknowledging.done(mark),
    })
    stops.push(sync.stop)
    let logsCommitted: ReturnType<typeof createData>['logsCommitted'] = () => {}
    const logs = await openLogStore({
      path: logsPath,
      lookOnly: options.lookOnly ?? false,
      onCommitted(list) {
        sync.changed()
        logsCommitted(list)
      },
      onTrouble: reason =>
        log(reason ? `logs can't be stored: ${reason}` : 'logs are stored again'),
    })
    const unknownLogs = options.lookOnly ? 0 : keepLogIdsAbove(db, logs.lastId)
    if (unknownLogs > 0)
      log(
        `logs.sqlite holds ${unknownLogs} logs that history does not know, as a power cut or an older history.sqlite leaves it; their ids are not given again`,
      )
    const acknowledging = acknowledgeSyncs({
      dataDir,
      db,
      logs,
      logsPath,
      clock,
      onMoved: file => tellDamage(file, MOVED),
    })
    stops.push(logs.stop)
    stops.push(acknowledging.stop)
    const { version, shell, mode } = options
    const made = createData({ db, logs, mq, clock, version, shell, onCommit: sync.changed, log })
    logsCommitted = made.logsCommitted
    const { data } = made
    stops.push(made.stop)
    if (!options.lookOnly) await data.writable()
    for (const { kind, subject, detail } of options.lookOnly ? [] : describePrepared(prepared)) {
      log(`${kind}: ${subject} ${detail}`)
      data.addEvent(kind, subject, detail)
    }
    if (odd.length > 0) {
      const where = odd.join(', ')
      log(`history-odd-values: what was no JSON was put aside and kept: ${where}`)
      data.addEvent('history-odd-values', String(odd.length), where)
    }
    const abandoned: Build[] = []
    const carried: RunningBuild[] = []
    let orphans = new Map<string, string[]>()
    if (mode !== 'dormant') {
      data.startRun()
      stops.push(() => endRun(data, log))
      carried.push(...carriedOn(data))
      orphans = orphansOf(data)
      abandoned.push(...(await closeAbandoned(data, carried)))
      data.addEvent('master-started', version, shell)
      stops.push(
        startSleepWatch({
          clock,
          onSlept: (from, to) =>
            data.eventually(
              () => void data.addEvent('machine-slept', String(from), String(to - from)),
            ),
        }),
      )
    }
    const services = startServices(options, clock, data, mq, carried, orphans)
    let what: WhatOfBuilds = mode === 'single' ? 'stop' : 'leave'
    stops.push(() => services.stop(what))
    const backups = startBackups({
      dataDir,
      configFile: options.configFile,
      version,
      clock,
      settings: () => services.config.current.backups,
      daily: mode === 'full',
      onMade: ({ name, manifest }) =>
        data.eventually(() => void data.addEvent('backup-made', manifest.reason, name)),
      onFailed(reason) {
        log(`the daily backup was not made: ${reason}`)
        data.eventually(() => void data.addEvent('backup-failed', 'daily', reason))
      },
    })
    const history = openHistoryAsker(historyPath)
    stops.push(history.stop)
    stops.push(backups.stop)
    if (mode === 'full') stops.push(watchForDamage(dataDir, clock, tellDamage))
    return {
      ...services,
      backups,
      history,
      data,
      mq,
      clock,
      options,
      abandoned,
      carried: carried.map(one => one.buildId),
      stop,
    }

    function tellDamage(file: string, reason: string) {
      log(`${file} is damaged: ${reason}`)
      data.eventually(() => void data.addEvent('history-damaged', file, reason))
    }

    function stop(builds = what): Promise<void> {
      what = builds
      return stopAll(stops)
    }
  } catch (error) {
    await stopAll(stops)
    throw error
  }
}

const MOVED =
  'it was moved, replaced or removed while this master has it open. What is built now may be lost: put the file back, or stop the master and restore a backup'
// Other programs that hold the lock are waited for beside the master's thread, not on it.
const BUSY_MS = 100
const LAST_WORD_MS = 5000

// A run without a last word counts as cut short, which says less than it could and nothing wrong.
async function endRun(data: Data, log: (text: string) => void): Promise<void> {
  try {
    await Promise.race([data.writable(), delay(LAST_WORD_MS)])
    data.endRun()
  } catch (error) {
    log(`that this run ended in order could not be stored: ${(error as Error).message}`)
  }
}

// In reverse order, each only once.
async function stopAll(stops: (() => unknown)[]): Promise<void> {
  for (let stop = stops.pop(); stop; stop = stops.pop()) await stop()
}

/** The builds of a master before this one whose slaves may still be at them. */
function carriedOn(data: Data): RunningBuild[] {
  const able = data.carriedBuilds().filter(one => one.slaveRun !== null)
  // Of several lives of one slave only the last can be met again.
  const last = new Map(able.map(one => [data.build(one.buildId)!.slave, one.slaveRun]))
  return able.filter(one => last.get(data.build(one.buildId)!.slave) === one.slaveRun)
}

async function closeAbandoned(data: Data, carried: readonly RunningBuild[]): Promise<Build[]> {
  const kept = new Set(carried.map(one => one.buildId))
  const ends = new Map<LogId, Awaited<ReturnType<Data['closeLog']>>>()
  for (const { id } of data.growingLogs(kept)) ends.set(id, await data.closeLog(id))
  return data.closeAbandoned(ends, kept)
}

// A step of more commands than this leaves the last ones to end by themselves.
const MOST_ORPHANS = 64

/**
 * The commands that may run on slaves that can't resume: which of a step's commands it was
 * nobody knows, but their ids are known.
 */
function orphansOf(data: Data): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { buildId, marker, slaveRun } of data.carriedBuilds()) {
    const open = data.stepsOfBuild(buildId).find(step => step.completeAt === null)
    if (slaveRun !== null || !open) continue
    const { slave } = data.build(buildId)!
    const ids = Array.from({ length: MOST_ORPHANS }, (_, i) =>
      commandId(marker, open.number, i + 1),
    )
    found.set(slave, [...(found.get(slave) ?? []), ...ids])
  }
  return found
}

function expectedOf(data: Data, carried: readonly RunningBuild[]): Map<string, Expected> {
  return new Map(
    carried.map(({ buildId, slaveRun }) => {
      const { slave } = data.build(buildId)!
      return [slave, { runId: slaveRun!, info: data.slave(slave)!.info }]
    }),
  )
}

function startServices(
  options: MasterOptions,
  clock: Clock,
  data: Data,
  mq: Mq,
  carried: readonly RunningBuild[],
  orphans: ReadonlyMap<string, readonly string[]>,
) {
  const { dataDir, log, mode } = options
  const artifacts = openArtifacts(join(dataDir, 'artifacts'))
  const testReader = openTestReader()
  const locks = createLocks()
  const transient = new Map<string, BuilderConfig>()
  const transientProjects = new Map<string, ProjectConfig>()
  const terminals = createTerminals(clock)
  const remote = startRemote({
    data,
    clock,
    secrets: options.secrets ?? memorySecrets(),
    folder: dataDir,
    ...(options.slavePackage !== undefined && { slavePackage: options.slavePackage }),
    log,
  })
  const slaves = startSlaves({
    data,
    clock,
    folder: join(dataDir, 'slaves'),
    program: options.slaveProgram,
    mq,
    version: options.version,
    packedSlave: options.packedSlave,
    env: options.env,
    terminals,
    remote,
    expected: expectedOf(data, carried),
    orphans,
    log,
  })
  const served = new Set<BuilderId>()
  const distributor = startDistributor({
    data,
    mq,
    clock,
    slaves,
    locks,
    artifacts,
    testReader,
    room: createRoomWatch(dataDir),
    masterEnv: options.env,
    transient,
    config: () => config.current,
    secret: options.secret ?? (() => undefined),
    loginOf,
    markOf: createHiddenMarks(dataDir, log),
    onTrouble: log,
    serves: builder => mode === 'full' || served.has(builder),
  })
  const bisects = startBisects({
    data,
    mq,
    stopBuild: distributor.stopBuild,
    live: mode === 'full',
    log,
  })
  const schedulers = startSchedulers({ data, mq, clock, config: () => config.current, log })
  const sources = new Map<string, { readonly key: string; readonly source: GitSource }>()
  const monitors = new Map<string, { readonly key: string; readonly source: Monitor }>()
  const leaving = new Set<Promise<void>>()
  const config = openConfigFile({
    path: options.configFile,
    lastGood: join(dataDir, 'master.last-good.yml'),
    clock,
    watch: mode === 'full',
    onTrouble: log,
    onRead(status, changed) {
      if (changed || !begun) apply(config.current, status.good)
      data.setConfigStatus(status)
      if (changed && begun) data.eventually(() => void data.addEvent('config-loaded', status.file))
    },
  })
  let begun = false
  config.reload()
  begun = true
  const stopOperations =
    mode === 'dormant'
      ? () => {}
      : startOperations({
          data,
          mq,
          clock,
          slaves,
          log,
          missingAfterMs: name =>
            config.current.slaves.find(slave => slave.name === name)?.missingAfterMs ?? null,
        })

  return {
    artifacts,
    config,
    distributor,
    bisects,
    slaves,
    schedulers,
    terminals,
    remote,
    async poll(project?: string) {
      const wanted = [...sources].filter(([name]) => project === undefined || name === project)
      const elsewhere = project === undefined ? [...monitors.values()] : []
      await Promise.all(
        [...wanted.map(([, one]) => one), ...elsewhere].map(one => one.source.look()),
      )
    },
    async adopt(project: ProjectConfig) {
      const source = startSource({ ...project, pollMs: null })
      await source.look()
      await source.stop()
    },
    addTransientBuilder(builder: BuilderConfig, project: ProjectConfig) {
      transient.set(builder.name, builder)
      transientProjects.set(project.name, project)
      saveDesk(config.current)
    },
    serve(builder: BuilderId) {
      served.add(builder)
      distributor.poke()
    },
    async stop(builds: WhatOfBuilds) {
      const how = builds === 'leave' ? 'leave' : undefined
      await config.stop()
      stopOperations()
      schedulers.stop()
      bisects.end()
      for (const known of [sources, monitors]) for (const [name] of known) leave(known, name)
      await Promise.all(leaving)
      await distributor.stop(how)
      await testReader.stop()
      terminals.stop()
      await slaves.stop(how)
      await remote.stop()
    },
  }

  function apply(now: Config, good: boolean) {
    locks.configure(now.locks)
    if (mode === 'dormant') {
      // What was written into the file just now is to be found; what stands there is for who builds.
      if (begun) saveDesk(now)
      return
    }
    saveDesk(now)
    slaves.configure(now.slaves)
    if (!begun) distributor.carryOn(carried)
    // Builds of a single run need no slaves that come by.
    if (mode === 'full')
      alone(remote.configure(options.slavePort ?? now.slavePort), error =>
        log(`where slaves dial in: ${(error as Error).message}`),
      )
    if (mode === 'single') return
    schedulers.configure(now.schedulers)
    // A bad file says nothing about what is no longer wanted.
    if (good) schedulers.forgetOthers(now.schedulers)
    keepUp(sources, now.projects, startSource)
    keepUp(monitors, now.monitors, monitor => startMonitor({ data, clock, monitor, log }))
    distributor.poke()
  }

  function saveDesk(now: Config) {
    const named = new Set(now.projects.map(project => project.name))
    data.saveProjects([
      ...now.projects,
      ...transientProjects.values().filter(project => !named.has(project.name)),
    ])
    const builders = new Map([...transient, ...now.builders.map(one => [one.name, one] as const)])
    const here = [...builders.values()].map(builder => ({ ...builder, monitor: null }))
    const elsewhere = now.monitors.map(({ url, ...one }) => ({ ...one, slaves: [], monitor: url }))
    data.saveBuilders(
      [...here, ...elsewhere].map((builder, position) => ({ ...builder, position })),
    )
  }

  function startSource(project: ProjectConfig): GitSource {
    const mirrors = join(dataDir, 'mirrors')
    const { repository: address, login = null } = project
    const env = withLogin(options.env, { address, login })
    return startGitSource({ data, clock, project, mirrors, env, onTrouble: log })
  }

  // Only for the very same address: a build of one that was configured before gets no other's password.
  function loginOf({ project, repository }: SourceStamp) {
    const same = [...config.current.projects, ...transientProjects.values()].filter(
      one => one.repository === repository,
    )
    return (same.find(one => one.name === project) ?? same[0])?.login ?? null
  }

  // What did not change is not disturbed.
  function keepUp<T extends { readonly name: string }, S extends { stop: AsyncStop }>(
    known: Map<string, { readonly key: string; readonly source: S }>,
    wanted: readonly T[],
    start: (one: T) => S,
  ) {
    const keys = new Map(wanted.map(one => [one.name, JSON.stringify(one)]))
    for (const [name, { key }] of known) if (keys.get(name) !== key) leave(known, name)
    for (const one of wanted)
      if (!known.has(one.name))
        known.set(one.name, { key: keys.get(one.name)!, source: start(one) })
  }

  function leave(known: Map<string, { readonly source: { stop: AsyncStop } }>, name: string) {
    const { source } = known.get(name)!
    known.delete(name)
    const gone = Promise.resolve(source.stop()).finally(() => leaving.delete(gone))
    leaving.add(gone)
  }
}

export type { ConfigStatus }
