import { Worker } from 'node:worker_threads'
import { finishRestore } from '../backup/restore.ts'
import { workerFile } from '../worker-file.ts'
import { type Found, finishUpgrade } from './finish.ts'
import { type Behind, forgetDoubt, lookAtStores } from './look.ts'
import { leavingNothing } from './stores.ts'
import { type StoreTrouble, StoreTroubleError } from './trouble.ts'
import type { Upgraded, UpgradeProgress } from './upgrade.ts'

export interface PrepareOrder {
  readonly dataDir: string
  /** Of the app. */
  readonly version: string
  readonly onProgress?: (progress: UpgradeProgress) => void
  /** Ends an upgrade that has not yet begun to change anything. */
  readonly signal?: AbortSignal
}

export interface Prepared {
  /** Nothing was built here before. */
  readonly fresh: boolean
  /** What an earlier start had begun. */
  readonly found: Found
  /** What this one did. */
  readonly upgraded: Upgraded | undefined
}

/**
 * Makes the databases of a data directory ready to be opened by this version, or says why
 * they can't be. No other process may have the directory.
 *
 * @throws StoreTroubleError
 */
export async function prepareStores(order: PrepareOrder): Promise<Prepared> {
  const { dataDir } = order
  // Whatever was cut short has files on their way.
  await finishRestore(dataDir)
  const found = await finishUpgrade(dataDir)
  const look = leavingNothing(dataDir, () => lookAtStores(dataDir))
  if (look.kind === 'trouble') throw new StoreTroubleError(dataDir, look.trouble)
  forgetDoubt(dataDir)
  const upgraded = look.kind === 'behind' ? await upgradeOnThread(order, look.stores) : undefined
  return { fresh: look.kind === 'fresh', found, upgraded }
}

/**
 * The same for a copy that is only looked at: what is damaged or newer is taken as it is,
 * and whoever looks sees as much as can be read.
 */
export async function prepareForLooking(order: PrepareOrder): Promise<Prepared> {
  const look = lookAtStores(order.dataDir)
  const upgraded = look.kind === 'behind' ? await upgradeOnThread(order, look.stores) : undefined
  return { fresh: false, found: { kind: 'nothing' }, upgraded }
}

export interface UpgradeThreadOrder {
  readonly dataDir: string
  readonly version: string
  readonly behind: readonly { readonly name: string; readonly from: number }[]
  /** Its first number is 1 once the upgrade is to end. */
  readonly cancelled: Int32Array
}

export type FromUpgradeThread =
  | { readonly kind: 'progress'; readonly progress: UpgradeProgress }
  | { readonly kind: 'done'; readonly upgraded: Upgraded }
  | { readonly kind: 'trouble'; readonly trouble: StoreTrouble }

// On a thread of its own, so that a window goes on answering, and "cancel" can be pressed.
function upgradeOnThread(order: PrepareOrder, behind: readonly Behind[]): Promise<Upgraded> {
  const { dataDir, version, onProgress, signal } = order
  const cancelled = new Int32Array(new SharedArrayBuffer(4))
  const cancel = () => Atomics.store(cancelled, 0, 1)
  if (signal?.aborted) cancel()
  signal?.addEventListener('abort', cancel)
  const workerData: UpgradeThreadOrder = {
    dataDir,
    version,
    behind: behind.map(({ store, from }) => ({ name: store.name, from })),
    cancelled,
  }
  return new Promise<Upgraded>((resolve, reject) => {
    const thread = new Worker(workerFile('upgrade/upgrade-thread'), { workerData })
    thread.on('message', (message: FromUpgradeThread) => {
      if (message.kind === 'progress') onProgress?.(message.progress)
      else if (message.kind === 'done') resolve(message.upgraded)
      else reject(new StoreTroubleError(dataDir, message.trouble))
    })
    thread.on('error', reject)
    thread.on('exit', () => reject(new Error('the thread that upgrades the history ended early')))
  }).finally(() => signal?.removeEventListener('abort', cancel))
}
