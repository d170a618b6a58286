import { join } from 'node:path'
import { scrubEnvironment } from '../../slave/environment.ts'
import type { Handlers } from '../bridge/contract.ts'
import { createHandlers } from '../bridge/handlers.ts'
import { createNews, type News } from '../bridge/news.ts'
import { type HttpServer, startHttp } from '../http/server.ts'
import { type Master, type MasterMode, startMaster } from '../master/master.ts'
import type { AsyncStop } from '../master/model.ts'
import { socketPath } from '../master/slaves/socket-path.ts'
import { openAppLog } from './app-log.ts'
import { APP_ROOT, slaveEntry } from './app-root.ts'
import { loadConf } from './conf-store.ts'
import { ensureDataDirectory } from './data-dir.ts'
import { lockDataDirectory } from './lock.ts'
import { type RunRecord, startRunRecord } from './run-record.ts'
import {
  type FileStore,
  memoryState,
  openStateStore,
  type StateStore,
  type StateStoreOptions,
} from './state-store.ts'
import { apiToken } from './token.ts'
import { VERSION } from './version.ts'

export interface HostOptions {
  readonly dataDir: string
  /** Another configuration file than master.yml of the data directory. */
  readonly configFile?: string
  readonly shell: 'desktop' | 'headless'
  /** Where to serve HTTP; nowhere when not given. */
  readonly http?: { readonly host: string; readonly port: number }
  /** The program that runs a slave's entry as plain Node. */
  readonly node?: { readonly file: string; readonly env: Readonly<Record<string, string>> }
  /** See MasterOptions. */
  readonly mode?: MasterMode
  /** A dialogue in which a person chooses a folder. */
  readonly chooseFolder?: () => Promise<string | null>
  /** Makes the file store of state.json; conf's when not given. */
  readonly createStore?: (options: StateStoreOptions) => FileStore
}

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
  /** Notes where the master stands. Synchronous, for a process that may be ended any moment. */
  checkpoint(): void
  stop: AsyncStop
}

/**
 * Takes the data directory and starts a master on it.
 *
 * @throws DataDirectoryBusyError, before anything is opened, when another process has it.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { dataDir, shell } = options
  ensureDataDirectory(dataDir)
  const lock = lockDataDirectory(dataDir)
  const stops: AsyncStop[] = [async () => lock.release()]
  const stop = async () => {
    for (let one = stops.pop(); one; one = stops.pop()) await one()
  }
  try {
    const log = openAppLog(join(dataDir, 'app.log'))
    log(`${shell} ${VERSION} starts, process ${process.pid}, Node ${process.versions.node}`)
    const state = await openState(options, log)
    let record: RunRecord | undefined
    stops.push(async () => record?.end())
    const env = scrubEnvironment(process.env, APP_ROOT)
    const node = options.node ?? { file: process.execPath, env: {} }
    const master = await startMaster({
      dataDir,
      configFile: options.configFile ?? join(dataDir, 'master.yml'),
      version: VERSION,
      shell,
      env,
      log,
      slaveProgram: {
        file: node.file,
        args: [slaveEntry(), '--app-version', VERSION, '--app-root', APP_ROOT],
        env: { ...env, ...node.env },
      },
      mode: options.mode ?? 'full',
    })
    stops.push(master.stop)
    if (master.options.mode === 'full') {
      record = startRunRecord(state, master, VERSION, log)
      stops.push(async () => record?.checkpoint())
    }
    const news = createNews(master)
    stops.push(async () => news.stop())
    const handlers = createHandlers(master, news, {
      chooseFolder: options.chooseFolder ?? (async () => null),
      freeBytes: () => freeBytes(dataDir),
    })
    const token = apiToken(dataDir)
    let http: HttpServer | undefined
    const doors = {
      master,
      handlers,
      news,
      token,
      staticDir: join(APP_ROOT, 'out', 'renderer'),
      ticketUrl: () => http?.ticketUrl() ?? null,
      log,
    }
    const socket = socketPath(dataDir, 'control')
    // One that only looks something up is gone before anybody could speak with it.
    const reachable = options.mode !== 'dormant'
    if (reachable) stops.push((await startHttp(doors, { socket })).stop)
    if (options.http) {
      http = await startHttp(doors, options.http)
      stops.push(http.stop)
    }
    if (reachable)
      lock.announce({
        pid: process.pid,
        shell,
        version: VERSION,
        startedAt: master.clock.now(),
        socket,
        url: http?.url ?? null,
      })
    return {
      master,
      handlers,
      news,
      http,
      log,
      token,
      state,
      checkpoint: () => record?.checkpoint(),
      async stop() {
        log(`${shell} stops`)
        await stop()
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
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
