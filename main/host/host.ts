import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { scrubEnvironment } from '../../slave/environment.ts'
import { CHANNELS } from '../bridge/call.ts'
import type { Handlers, UpdateOutcome } from '../bridge/contract.ts'
import type { DesktopDoor } from '../bridge/desktop.ts'
import { createHandlers, type HandlerOptions } from '../bridge/handlers.ts'
import { createNews, type News } from '../bridge/news.ts'
import { onlyReading, onlyRecovery, recoveryHandlers } from '../bridge/recovery.ts'
import { RefusedError } from '../bridge/refused.ts'
import { sessionHandlers } from '../bridge/sessions.ts'
import type { UpdateDoor } from '../bridge/updates.ts'
import type { Doors, RecoveryDoors } from '../http/doors.ts'
import type { Gate } from '../http/security.ts'
import { type HttpServer, startHttp } from '../http/server.ts'
import { openSessions } from '../http/sessions.ts'
import { createTickets } from '../http/tickets.ts'
import { alone } from '../master/boundary.ts'
import { every, systemClock } from '../master/clock.ts'
import type { SlavePort } from '../master/config/model.ts'
import { readHeader } from '../master/db/header.ts'
import {
  type Master,
  type MasterMode,
  type MasterOptions,
  startMaster,
  type WhatOfBuilds,
} from '../master/master.ts'
import type { AsyncStop, Stop } from '../master/model.ts'
import { socketPath } from '../master/slaves/socket-path.ts'
import { readIntent } from '../master/upgrade/intent.ts'
import { sizeOf, standsAt } from '../master/upgrade/look.ts'
import { latestOf, STORES, storePath } from '../master/upgrade/stores.ts'
import type { UpgradeProgress } from '../master/upgrade/upgrade.ts'
import { openAppLog } from './app-log.ts'
import { APP_ROOT, packedSlave, slaveEntry, slavePackage } from './app-root.ts'
import { type BuildEnvironments, openBuildEnvironment } from './build-environment.ts'
import { loadConf } from './conf-store.ts'
import { ensureDataDirectory } from './data-dir.ts'
import { lastingSlave, removeCopies, runsFromMount } from './lasting-slave.ts'
import { type Lock, lockDataDirectory } from './lock.ts'
import { createRecovery, type Recovery } from './recovery.ts'
import { type RunRecord, startRunRecord } from './run-record.ts'
import { openSecretFiles, type Sealing } from './secret-files.ts'
import { type BuildEnvironment, environmentOfProcess } from './shell-environment.ts'
import {
  type FileStore,
  memoryState,
  openStateStore,
  type StateStore,
  type StateStoreOptions,
} from './state-store.ts'
import { apiToken } from './token.ts'
import { lookAfterUpdate } from './update-intent.ts'
import { VERSION } from './version.ts'

export interface HostOptions {
  readonly dataDir: string
  /** Another configuration file than master.yml of the data directory. */
  readonly configFile?: string
  readonly shell: 'desktop' | 'headless'
  /** Where to serve HTTP; nowhere when not given. */
  readonly http?: { readonly host: string; readonly port: number }
  /** Asks for the environment that builds start from; that of this process when not given. */
  readonly readEnvironment?: () => Promise<BuildEnvironment>
  /** The program that runs a slave's entry as plain Node. */
  readonly node?: { readonly file: string; readonly env: Readonly<Record<string, string>> }
  /** See MasterOptions. */
  readonly mode?: MasterMode
  /** A dialogue in which a person chooses a folder. */
  readonly chooseFolder?: () => Promise<string | null>
  /** Shows a file or folder to a person. Answers false where it can't. */
  readonly showPath?: (path: string) => Promise<boolean>
  /** Told while the history of another mode than `full` is brought to this version. */
  readonly onUpgrade?: (progress: UpgradeProgress) => void
  /** Told of each change while the master can't start. */
  readonly onRecovery?: (recovery: Recovery) => void
  /** Seals the keys of slaves; they are in files that only this user may read when not given. */
  readonly sealing?: Sealing
  /** Where slaves dial in, in place of what the configuration says. */
  readonly slavePort?: SlavePort
  /** Makes the file store of state.json; conf's when not given. */
  readonly createStore?: (options: StateStoreOptions) => FileStore
}

export type { WhatOfBuilds }

/** A master with the doors that both shells have: the command line's socket, and HTTP when asked. */
export interface Host {
  readonly master: Master
  readonly handlers: Handlers
  readonly news: News
  readonly http: HttpServer | undefined
  readonly log: (text: string) => void
  readonly token: string
  /** state.json; in memory only for a master that does one thing and ends. */
  readonly state: StateStore
  /** What can be done while the master can't start. */
  readonly recovery: Recovery
  /** Resolves when the master runs; at once unless its history has to be looked after first. */
  readonly whenRunning: Promise<void>
  /** False until the master runs, and while the history can't be used. */
  readonly isRunning: boolean
  /** What became of the update before this start. */
  readonly updateOutcome: UpdateOutcome | null
  /** What replaces the app can be asked by the window from now on. */
  serveUpdates(door: UpdateDoor): void
  /** What the desktop does can be asked by the window from now on. */
  serveDesktop(door: DesktopDoor): void
  /** Notes where the master stands. Synchronous, for a process that may be ended any moment. */
  checkpoint(): void
  /** Stops in order. Builds that run are left to go on where they can, unless they are to be stopped. */
  stop(builds?: WhatOfBuilds): Promise<void>
}

/**
 * Takes the data directory and starts a master on it. Where its history has to be brought to
 * this version first, or can't be used, the doors are open all the same: they tell how far it
 * is, or what a person can do.
 *
 * @throws DataDirectoryBusyError, before anything is opened, when another process has it.
 * @throws StoreTroubleError when the history can't be used, in other modes than `full`.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { dataDir, shell } = options
  ensureDataDirectory(dataDir)
  const lock = await lockDataDirectory(dataDir)
  let ofBuilds: WhatOfBuilds | undefined
  const stops: AsyncStop[] = [async () => lock.release()]
  const stop = async () => {
    for (let one = stops.pop(); one; one = stops.pop()) await one()
  }
  try {
    const log = openAppLog(join(dataDir, 'app.log'))
    log(`${shell} ${VERSION} starts, process ${process.pid}, Node ${process.versions.node}`)
    const [state, environment] = await Promise.all([
      openState(options, log),
      openBuildEnvironment(dataDir, options.readEnvironment ?? ownEnvironment, log),
    ])
    const watch = every(systemClock, LOCK_MS, () => mendLock(lock, log))
    stops.push(async () => watch())
    const token = apiToken(dataDir)
    const socket = socketPath(dataDir, 'control')
    const startedAt = systemClock.now()
    // One that only looks something up is gone before anybody could speak with it.
    const reachable = options.mode !== 'dormant'
    let http: HttpServer | undefined
    let running: RunningMaster | undefined
    let door: UpdateDoor | undefined
    const updates = () => door
    let desktopDoor: DesktopDoor | undefined
    const desktop = () => desktopDoor
    let closeDoors: AsyncStop = async () => {}
    const { now } = systemClock
    const sessions = openSessions({
      file: join(dataDir, 'sessions.json'),
      apiToken: token,
      now,
      log,
    })
    const gate: Gate = { token, sessions, tickets: createTickets(now) }
    const bare = { gate, staticDir: join(APP_ROOT, 'out', 'renderer'), log, version: VERSION }
    const recovery = createRecovery({
      dataDir,
      log,
      show: async path => options.showPath?.(path) ?? false,
      async start(onUpgrade, upgradeSignal) {
        const started = await startRunning(options, log, state, {
          onUpgrade,
          upgradeSignal,
          updates,
          desktop,
          environment,
          sessions,
        })
        await closeDoors()
        running = started
        current.use(started.handlers, started.news)
        await openDoors({ ...bare, ...started, ticketUrl })
      },
      async look(copy) {
        const shown = await startRunning(
          { ...options, dataDir: copy, mode: 'dormant' },
          log,
          state,
          { lookOnly: true, updates, desktop, environment, sessions },
        )
        const why = 'The history is only looked at: nothing can be changed or built.'
        current.use(
          onlyReading({ ...shown.handlers, ...recoveryHandlers(recovery) }, why),
          shown.news,
        )
        return async () => {
          current.use(waiting, quiet)
          await shown.stop()
        }
      },
    })
    const waiting = onlyRecovery(recovery, CHANNELS, why, {
      'repository:choose': () => options.chooseFolder?.() ?? null,
      ...sessionHandlers(sessions),
    })
    const current = createSwitch(waiting, quiet)
    // What is there to be stopped, whatever has been started by then.
    stops.push(async () => {
      await recovery.stop()
      await closeDoors()
      await running?.stop(ofBuilds)
    })
    const ticketUrl = () => http?.ticketUrl() ?? null
    const whenRunning = Promise.withResolvers<void>()
    recovery.onChange(() => {
      if (recovery.status().phase === 'running') whenRunning.resolve()
      options.onRecovery?.(recovery)
    })
    if ((options.mode ?? 'full') !== 'full') {
      running = await startRunning(options, log, state, {
        updates,
        desktop,
        environment,
        sessions,
        ...(options.onUpgrade && { onUpgrade: options.onUpgrade }),
      })
      current.use(running.handlers, running.news)
      await openDoors({ ...bare, ...running, ticketUrl })
      whenRunning.resolve()
    } else if (isCurrent(dataDir)) await recovery.begin({ alone: true })
    // In all other cases the doors are open before it begins: it can take a while.
    if (!running) {
      await openDoors({ ...bare, ...current, why, ticketUrl })
      if (recovery.status().phase === 'running')
        alone(recovery.begin({ alone: false }), error =>
          log(`recovery: ${(error as Error).message}`),
        )
    }
    return {
      master: masterOnceRunning(() => running?.master, dataDir, why),
      handlers: current.handlers,
      news: current.news,
      get http() {
        return http
      },
      log,
      token,
      state,
      recovery,
      whenRunning: whenRunning.promise,
      get isRunning() {
        return running !== undefined
      },
      get updateOutcome() {
        return running?.updateOutcome ?? null
      },
      serveDesktop(served) {
        desktopDoor = served
      },
      serveUpdates(served) {
        door = served
      },
      checkpoint: () => running?.checkpoint(),
      async stop(builds) {
        ofBuilds = builds
        log(`${shell} stops`)
        await stop()
      },
    }

    function why(): string {
      const status = recovery.status()
      if (status.phase === 'upgrading')
        return `The history is being brought to version ${VERSION} (${Math.round(status.progress.share * 100)} %). Try again in a moment.`
      const { headline, lead } = recovery.facts()
      return `${headline.join(' ')} ${lead} "triphammer check" says what can be done.`
    }

    async function openDoors(doors: Doors | RecoveryDoors) {
      const open: HttpServer[] = []
      if (reachable) open.push(await startHttp(doors, { socket }))
      if (options.http) {
        // The same port again, so that a window that is open finds the master.
        const port = http ? Number(new URL(http.url).port) : options.http.port
        http = await startHttp(doors, { ...options.http, port })
        open.push(http)
      }
      closeDoors = async () => {
        closeDoors = async () => {}
        for (const door of open.reverse()) await door.stop()
      }
      if (!reachable) return
      const url = http?.url ?? null
      lock.announce({ pid: process.pid, shell, version: VERSION, startedAt, socket, url })
    }
  } catch (error) {
    await stop()
    throw error
  }
}

// Electron is Node when it is told so, as by the command that the desktop app puts into the PATH.
const AS_NODE: Readonly<Record<string, string>> =
  process.versions.electron === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' }
const LOCK_MS = 10_000

function mendLock(lock: Lock, log: (text: string) => void) {
  try {
    const state = lock.mend()
    if (state === 'mended')
      log('somebody removed the file "lock" while this master runs; it was made again')
    if (state === 'lost')
      log('somebody removed the file "lock", and another process took it: quit one of the two')
  } catch (error) {
    log(`the file "lock" can't be looked at now: ${(error as Error).message}`)
  }
}

interface RunningMaster {
  readonly updateOutcome: UpdateOutcome | null
  readonly master: Master
  readonly handlers: Handlers
  readonly news: News
  checkpoint(): void
  stop(builds?: WhatOfBuilds): Promise<void>
}

async function startRunning(
  options: HostOptions,
  log: (text: string) => void,
  state: StateStore,
  {
    updates,
    desktop,
    environment,
    sessions,
    ...how
  }: Pick<MasterOptions, 'onUpgrade' | 'upgradeSignal' | 'lookOnly'> &
    Required<Pick<HandlerOptions, 'desktop' | 'updates' | 'sessions'>> & {
      readonly environment: BuildEnvironments
    },
): Promise<RunningMaster> {
  const { dataDir, shell } = options
  // Read anew each time: a person may have it read again.
  const env = () => scrubEnvironment(environment.now().values, APP_ROOT)
  const node = options.node ?? { file: process.execPath, env: AS_NODE }
  const toSlaves = ['--app-version', VERSION, '--app-root', APP_ROOT]
  const copies = join(dataDir, 'runtime')
  const master = await startMaster({
    dataDir,
    configFile: options.configFile ?? join(dataDir, 'master.yml'),
    version: VERSION,
    shell,
    get env() {
      return env()
    },
    log,
    slaveProgram: {
      file: node.file,
      args: [slaveEntry(), ...toSlaves],
      get env() {
        return { ...env(), ...node.env }
      },
      ...(runsFromMount(process.env, node.file) && {
        lasting: lastingSlave({
          folder: copies,
          node: { file: node.file, env: { ...env(), ...node.env } },
          args: toSlaves,
          appRoot: APP_ROOT,
          version: VERSION,
          log,
        }),
      }),
    },
    packedSlave: packedSlave(),
    slavePackage: slavePackage(VERSION),
    mode: options.mode ?? 'full',
    secrets: openSecretFiles(join(dataDir, 'secrets'), options.sealing),
    ...(options.slavePort && { slavePort: options.slavePort }),
    ...how,
  })
  try {
    let record: RunRecord | undefined
    let updateOutcome: UpdateOutcome | null = null
    if (master.options.mode === 'full') {
      // An AppImage has been here before, and none is now.
      if (!master.options.slaveProgram.lasting && existsSync(copies))
        alone(removeCopies(copies), error => log(`${copies}: ${(error as Error).message}`))
      updateOutcome = lookAfterUpdate(dataDir, VERSION, log)
      if (updateOutcome) master.data.addEvent(`app-${updateOutcome.kind}`, updateOutcome.to)
      record = startRunRecord(state, master, VERSION, log)
      const newest = master.data.builds({ limit: 1 })[0]
      if (newest) log(standsAt(newest.id))
    }
    const news = createNews(master)
    const handlers = createHandlers(master, news, {
      chooseFolder: options.chooseFolder ?? (async () => null),
      freeBytes: () => freeBytes(dataDir),
      updates,
      desktop,
      environment,
      sessions,
      views: {
        read: () => state.get('views'),
        write: views => state.set('views', views),
        readLook: () => state.get('look'),
        writeLook: place => state.set('look', place),
      },
    })
    return {
      updateOutcome,
      master,
      handlers,
      news,
      checkpoint: () => record?.checkpoint(),
      async stop(builds) {
        news.stop()
        record?.checkpoint()
        await master.stop(builds)
        record?.end()
      },
    }
  } catch (error) {
    // Whoever tries again must not meet it.
    await master.stop()
    throw error
  }
}

async function ownEnvironment(): Promise<BuildEnvironment> {
  return environmentOfProcess(process.env, systemClock.now())
}

// Whether nothing has to be done before the master starts. A look at headers, and no more.
function isCurrent(dataDir: string): boolean {
  try {
    return (
      readIntent(dataDir) === undefined &&
      STORES.every(store => {
        const path = storePath(dataDir, store)
        return sizeOf(path) === 0 || readHeader(path).userVersion === latestOf(store)
      })
    )
  } catch {
    return false
  }
}

const quiet: News = {
  seq: 0,
  queue: [],
  schedule: [],
  subscribe: () => () => {},
  since: () => null,
  tellUpdate() {},
  stop() {},
}

/** Handlers and news that stay the same objects while what is behind them changes. */
function createSwitch(handlers: Handlers, news: News) {
  let now = { handlers, news }
  const listeners = new Map<Parameters<News['subscribe']>[0], Stop>()
  const stable = Object.fromEntries(
    CHANNELS.map(channel => [
      channel,
      (...args: never[]) => (now.handlers[channel] as (...args: never[]) => unknown)(...args),
    ]),
  ) as unknown as Handlers
  return {
    handlers: stable,
    news: {
      get seq() {
        return now.news.seq
      },
      get queue() {
        return now.news.queue
      },
      get schedule() {
        return now.news.schedule
      },
      subscribe(listener) {
        listeners.set(listener, now.news.subscribe(listener))
        return () => {
          listeners.get(listener)?.()
          listeners.delete(listener)
        }
      },
      since: seq => now.news.since(seq),
      tellUpdate: status => now.news.tellUpdate(status),
      stop() {},
    } satisfies News as News,
    use(handlers: Handlers, news: News) {
      for (const stop of listeners.values()) stop()
      now = { handlers, news }
      for (const listener of listeners.keys()) listeners.set(listener, news.subscribe(listener))
    },
  }
}

// Most of a shell needs the master only when something is asked of it.
function masterOnceRunning(
  master: () => Master | undefined,
  dataDir: string,
  why: () => string,
): Master {
  const before: Record<PropertyKey, unknown> = { clock: systemClock, options: { dataDir } }
  return new Proxy({} as Master, {
    get(_, key) {
      const now = master()
      if (now) return Reflect.get(now, key)
      if (key in before) return before[key]
      // A promise that resolves with it looks whether it is one itself.
      if (key === 'then') return undefined
      throw new RefusedError(why())
    },
  })
}

async function openState(options: HostOptions, log: (text: string) => void): Promise<StateStore> {
  if ((options.mode ?? 'full') !== 'full') return memoryState()
  const create = options.createStore ?? (await loadConf())
  return openStateStore(options.dataDir, Date.now(), create, log)
}

async function freeBytes(folder: string): Promise<number | null> {
  const { statfs } = await import('node:fs/promises')
  return statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  )
}
