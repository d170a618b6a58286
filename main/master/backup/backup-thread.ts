// Entry of the thread that makes backups, so that copying, hashing and counting never hold up the master.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { goLast } from '../go-last.ts'
import { openSnapshot } from './copy-database.ts'
import { type Backup, type BackupOrder, createBackup, type Progress } from './create.ts'
import { HISTORY } from './data-files.ts'
import { hashFile } from './files.ts'
import { applyGenerations } from './generations.ts'
import type { Manifest } from './manifest.ts'
import type { BackupSettings } from './settings.ts'
import { countOpen, countRows, newestIds, sameHistory } from './summary.ts'

export interface ThreadOrder {
  readonly order: Omit<BackupOrder, 'onProgress'>
  readonly settings: BackupSettings
  /** Nothing is made when the history is still as this one says. */
  readonly unlike?: Manifest
}

export type FromBackupThread =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'made'; readonly backup: Backup; readonly dropped: readonly string[] }
  | { readonly kind: 'same' }
  | { readonly kind: 'failed'; readonly reason: string }

const port = parentPort!
const say = (message: FromBackupThread) => port.postMessage(message)
const { order, settings, unlike } = workerData as ThreadOrder

goLast()

try {
  if (unlike && (await isUnchanged(unlike))) say({ kind: 'same' })
  else await make()
} catch (error) {
  say({ kind: 'failed', reason: (error as Error).message })
}

async function make() {
  const onProgress = (progress: Progress) => say({ kind: 'progress', progress })
  const backup = await createBackup({ ...order, onProgress })
  const dropped = await applyGenerations(order.dataDir, settings, order.now)
  say({ kind: 'made', backup, dropped })
}

async function isUnchanged(before: Manifest): Promise<boolean> {
  const { db, close } = openSnapshot(join(order.dataDir, HISTORY))
  try {
    const now = { counts: countRows(db), newest: newestIds(db), open: countOpen(db) }
    return sameHistory(before, now) && (await sameConfig(before))
  } finally {
    close()
  }
}

async function sameConfig({ files }: Manifest): Promise<boolean> {
  const path = order.configFile ?? join(order.dataDir, 'master.yml')
  const then = files.find(file => file.path === 'master.yml')?.sha256
  if (!existsSync(path)) return then === undefined
  return (await hashFile(path)).sha256 === then
}
