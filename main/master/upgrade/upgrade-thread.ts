// Entry of the thread that brings a history to this version.
import { parentPort, workerData } from 'node:worker_threads'
import type { FromUpgradeThread, UpgradeThreadOrder } from './prepare.ts'
import { STORES } from './stores.ts'
import { StoreTroubleError } from './trouble.ts'
import { upgradeStores } from './upgrade.ts'

const port = parentPort!
const say = (message: FromUpgradeThread) => port.postMessage(message)
const { dataDir, version, behind, cancelled } = workerData as UpgradeThreadOrder
// A reader has no use for more in a second.
const TOLD_MS = 50
let told = 0

try {
  const upgraded = await upgradeStores({
    dataDir,
    version,
    now: Date.now,
    behind: behind.map(({ name, from }) => ({
      store: STORES.find(store => store.name === name)!,
      from,
    })),
    isCancelled: () => Atomics.load(cancelled, 0) === 1,
    onProgress(progress) {
      const now = Date.now()
      if (now - told < TOLD_MS && progress.share < 1) return
      told = now
      say({ kind: 'progress', progress })
    },
  })
  say({ kind: 'done', upgraded })
} catch (error) {
  if (!(error instanceof StoreTroubleError)) throw error
  say({ kind: 'trouble', trouble: error.trouble })
}
