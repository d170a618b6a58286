import { statSync } from 'node:fs'
import { basename } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import { countSync } from '../db/syncs.ts'
import type { LogStore } from '../logs/log-store.ts'
import { type Acknowledged, readAcknowledged, writeAcknowledged } from './acknowledged.ts'

export interface AcknowledgeOptions {
  readonly dataDir: string
  readonly db: Database
  readonly logs: Pick<LogStore, 'countSync' | 'checkpoint'>
  readonly logsPath: string
  readonly clock: Clock
  /** Called once for each database that is no longer the file which was opened. */
  readonly onMoved: (file: string) => void
}

// The logs are closed by then, or can't be written now: what was promised of them before still holds.
const NOTHING_NEW = null

const CHECKPOINT_MS = 3000

/**
 * Counts each sync to the disk in both databases before it begins, and writes the numbers
 * down beside them once it is done. A start that finds lower numbers knows that a
 * write-ahead log was lost, whole or in part, and how much of it.
 *
 * It costs two rows, and a sector in a file, each second in which anything changes.
 */
export function acknowledgeSyncs(options: AcknowledgeOptions) {
  const { dataDir, db, logs, logsPath, clock, onMoved } = options
  const before = readAcknowledged(dataDir)
  let logSyncs = before?.logs.number ?? 0
  let historySyncs = before?.history.number ?? 0
  let waiting: NodeJS.Timeout | undefined
  const opened = new Map([logsPath, db.path].map(path => [path, fileAt(path)]))
  const told = new Set<string>()

  return {
    async begin(): Promise<Acknowledged> {
      const counted = await logs.countSync(logSyncs).catch(() => NOTHING_NEW)
      const history = countSync(db, historySyncs)
      historySyncs = history.number
      logSyncs = counted ?? logSyncs
      return { at: clock.now(), history, logs: { number: logSyncs } }
    },
    async done(mark: Acknowledged): Promise<void> {
      await writeAcknowledged(dataDir, mark)
      // SQLite writes on into a file that was renamed or removed. Another connection would make
      // a new one in its place, and move into it what the write-ahead log still holds.
      if (isMoved()) return
      // Soon what was acknowledged is in the main files, which other programs copy alone.
      waiting ??= setTimeout(() => {
        waiting = undefined
        if (!isMoved()) logs.checkpoint([logsPath, db.path])
      }, CHECKPOINT_MS)
    },
    stop: () => clearTimeout(waiting),
  }

  function isMoved(): boolean {
    const moved = [...opened].filter(([path, file]) => {
      const now = fileAt(path)
      return now !== null && now !== file
    })
    for (const [path] of moved) {
      if (!told.has(path)) onMoved(basename(path))
      told.add(path)
    }
    return moved.length > 0
  }
}

// `null` where it can't be told now: a folder that this user may not look into has its files all the same.
function fileAt(path: string): string | undefined | null {
  try {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false })
    return found && `${found.dev} ${found.ino}`
  } catch {
    return null
  }
}
