import { renameSync } from 'node:fs'
import { rename } from 'node:fs/promises'

// What Windows says while another program, a virus scanner or an indexer as a rule, has a file open.
const IN_USE = new Set<string | undefined>(['EPERM', 'EACCES', 'EBUSY'])
const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 200
const PATIENCE_MS = 5000
// Everything else waits meanwhile.
const PATIENCE_AT_ONCE_MS = 1000

/** Whether a file could not be changed since another program has it open, as far as can be told. */
export function isInUse(error: unknown): boolean {
  return process.platform === 'win32' && IN_USE.has((error as NodeJS.ErrnoException).code)
}

/** Renames a file or folder. On Windows it tries again for some seconds while somebody has it open. */
export async function renamePatiently(from: string, to: string): Promise<void> {
  const until = performance.now() + PATIENCE_MS
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    try {
      return await rename(from, to)
    } catch (error) {
      if (!isInUse(error) || performance.now() > until) throw error
    }
    await new Promise(resolve => setTimeout(resolve, pauseMs))
  }
}

/**
 * The same for code that goes on only then.
 *
 * @param patienceMs For how long the thread may stand still.
 */
export function renameAtOnce(from: string, to: string, patienceMs = PATIENCE_AT_ONCE_MS): void {
  const until = performance.now() + patienceMs
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    try {
      renameSync(from, to)
      return
    } catch (error) {
      if (!isInUse(error) || performance.now() > until) throw error
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
  }
}

/** How long whoever is alone in a data directory may wait. */
export const PATIENCE_ALONE_MS = PATIENCE_MS
