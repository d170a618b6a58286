import { basename } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../clock.ts'
import type { AsyncStop } from '../model.ts'
import { workerFile } from '../worker-file.ts'
import { doubt, isSmall } from './look.ts'
import { STORES, storePath } from './stores.ts'

// A start is not slowed down by it.
const AFTER_MS = 60_000

/**
 * Reads the databases that are too large to be read whole at a start, once, on a thread of
 * its own. What is damaged is told, and the next start reads everything before it goes on.
 */
export function watchForDamage(
  dataDir: string,
  clock: Clock,
  onDamage: (file: string, reason: string) => void,
): AsyncStop {
  const paths = STORES.map(store => storePath(dataDir, store)).filter(path => !isSmall(path))
  let thread: Worker | undefined
  const cancel = clock.after(AFTER_MS, () => {
    if (paths.length === 0) return
    thread = new Worker(workerFile('upgrade/damage-thread'), { workerData: { paths } })
    thread.unref()
    thread.on('message', ({ path, reason }: { path: string; reason: string }) => {
      doubt(dataDir, reason)
      onDamage(basename(path), reason)
    })
    // A thread that can't read finds nothing; there are the checks of the next start.
    thread.on('error', () => {})
  })
  return async () => {
    cancel()
    await thread?.terminate()
  }
}
