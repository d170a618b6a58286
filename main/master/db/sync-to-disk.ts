import { open } from 'node:fs/promises'
import type { AsyncStop } from '../model.ts'

export interface SyncOptions<Mark> {
  readonly onError: (error: unknown) => void
  readonly periodMs?: number
  /** Called before each sync. What it gives is `done` once everything is on the disk that was committed by then. */
  readonly begin?: () => Promise<Mark>
  readonly done?: (mark: Mark) => Promise<void>
}

/**
 * Syncs the write-ahead logs of `databases` to the disk once in `periodMs` while
 * they change, so that a power cut loses no more than that. It runs in Node's
 * thread pool and never holds up the master.
 *
 * The order of `databases` is the order of syncing: what others refer to goes first.
 * Opening and closing the `-wal` file beside SQLite is safe: in WAL mode its locks
 * are on the `-shm` file (closing a file drops this process's POSIX locks on it).
 */
export function startSyncToDisk<Mark = void>(
  databases: readonly string[],
  { onError, periodMs = 1000, begin, done }: SyncOptions<Mark>,
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
    try {
      const mark = await begin?.()
      let whole = true
      for (const path of databases) whole = (await syncLog(path)) && whole
      if (whole && begin) await done?.(mark as Mark)
    } catch (error) {
      onError(error)
    }
  }

  async function syncLog(path: string): Promise<boolean> {
    try {
      const file = await open(`${path}-wal`, 'r+')
      try {
        await file.datasync()
      } finally {
        await file.close()
      }
      return true
    } catch (error) {
      // No write-ahead log: nothing was written since the last checkpoint.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true
      onError(error)
      return false
    }
  }
}
