import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../clock.ts'
import { every } from '../clock.ts'
import type { AsyncStop } from '../model.ts'
import { workerFile } from '../worker-file.ts'
import type { FromBackupThread, ThreadOrder } from './backup-thread.ts'
import { BACKUPS, type Backup, type Progress, sweepUnfinished } from './create.ts'
import { type FoundBackup, listBackups } from './list.ts'
import type { Manifest } from './manifest.ts'
import type { BackupSettings } from './settings.ts'

export interface Backups {
  list(): FoundBackup[]
  /**
   * Makes a backup now and removes what the settings have no room for. Two wishes at the
   * same time are carried out one after the other.
   *
   * @throws Error that says why there is none.
   */
  create(wish: BackupWish): Promise<Backup>
  stop: AsyncStop
}

export type BackupWish =
  | { readonly reason: 'manual' | 'daily'; readonly onProgress?: (progress: Progress) => void }
  | {
      readonly reason: 'before'
      /** The version that is about to be installed. */
      readonly coming: string
      readonly onProgress?: (progress: Progress) => void
    }

export interface BackupsOptions {
  readonly dataDir: string
  readonly configFile: string
  readonly version: string
  readonly clock: Clock
  readonly settings: () => BackupSettings
  /** Whether backups are made by themselves. */
  readonly daily: boolean
  readonly onMade: (backup: Backup) => void
  readonly onFailed: (reason: string) => void
}

const DAY_MS = 86_400_000
// A start is not slowed down by it.
const FIRST_LOOK_MS = 5 * 60_000
const LOOK_MS = 3_600_000

/** Makes backups while the master works: on demand, before an update, and one each day. */
export function startBackups(options: BackupsOptions): Backups {
  const { dataDir, configFile, version, clock } = options
  let last: Promise<unknown> = Promise.resolve()
  let thread: Worker | undefined
  let stopped = false
  sweepUnfinished(join(dataDir, BACKUPS))
  const stops = options.daily
    ? [clock.after(FIRST_LOOK_MS, () => void look()), every(clock, LOOK_MS, () => void look())]
    : []

  return {
    list: () => listBackups(dataDir),
    async create(wish) {
      return (await queue(wish))!
    },
    async stop() {
      stopped = true
      for (const stop of stops) stop()
      await thread?.terminate()
      await last
    },
  }

  function queue(wish: BackupWish, unlike?: Manifest): Promise<Backup | undefined> {
    const made = last.then(() => make(wish, unlike))
    last = made.catch(() => {})
    return made
  }

  async function look() {
    if (stopped || !options.settings().daily) return
    try {
      const newest = listBackups(dataDir).find(one => one.problem === null)?.manifest
      // A clock that was set back makes none older; one that is ahead is not waited for.
      if (newest && Math.abs(clock.now() - newest.madeAt) < DAY_MS) return
      await queue({ reason: 'daily' }, newest ?? undefined)
    } catch (error) {
      if (!stopped) options.onFailed((error as Error).message)
    }
  }

  // Nothing is made when nothing has changed since `unlike`.
  async function make(wish: BackupWish, unlike?: Manifest): Promise<Backup | undefined> {
    if (stopped) throw new Error('the master is stopping')
    const order: ThreadOrder = {
      order: {
        dataDir,
        configFile,
        version,
        reason: wish.reason,
        now: clock.now(),
        ...(wish.reason === 'before' && { coming: wish.coming }),
      },
      settings: options.settings(),
      ...(unlike && { unlike }),
    }
    const backup = await runThread(order, wish.onProgress)
    if (backup) options.onMade(backup)
    return backup
  }

  function runThread(
    order: ThreadOrder,
    onProgress: BackupWish['onProgress'],
  ): Promise<Backup | undefined> {
    return new Promise((resolve, reject) => {
      const started = new Worker(workerFile('backup/backup-thread'), { workerData: order })
      thread = started
      started.on('message', (message: FromBackupThread) => {
        if (message.kind === 'progress') onProgress?.(message.progress)
        else if (message.kind === 'made') resolve(message.backup)
        else if (message.kind === 'same') resolve(undefined)
        else reject(new Error(message.reason))
      })
      started.on('error', reject)
      started.on('exit', () => {
        thread = undefined
        reject(new Error('the backup was cut short'))
      })
    })
  }
}
