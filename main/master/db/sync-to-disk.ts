import { open } from 'node:fs/promises'
import type { AsyncStop } from '../model.ts'

/**
 * Syncs the write-ahead logs of `databases` to the disk once in `periodMs` while
 * they change, so that a power cut loses no more than that. It runs in Node's
 * thread pool and never holds up the master.
 *
 * The order of `databases` is the order of syncing: what others refer to goes first.
 * Opening and closing the `-wal` file beside SQLite is safe: in WAL mode its locks
 * are on the `-shm` file (closing a file drops this process's POSIX locks on it).
 */
export function startSyncToDisk(
  databases: readonly string[],
  onError: (error: unknown) => void,
  periodMs = 1000,
): { changed: () => void; stop: AsyncStop } {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let dirty = false
  let stopped = false

  return {
    changed() {
      dirty = true
      if (!stopped) timer ??= setTimeout(tick, periodMs)
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
      if (dirty) await syncAll()
    },
  }

  function tick() {
    running = syncAll().finally(() => {
      timer = dirty && !stopped ? setTimeout(tick, periodMs) : undefined
    })
  }

  async function syncAll() {
    dirty = false
    for (const path of databases) {
      try {
        const file = await open(`${path}-wal`, 'r+')
        try {
          await file.datasync()
        } finally {
          await file.close()
        }
      } catch (error) {
        // No write-ahead log: nothing was written since the last checkpoint.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onError(error)
      }
    }
  }
}
