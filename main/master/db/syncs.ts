import type { Database } from './database.ts'
import { readSchedulerState, saveSchedulerState } from './events.ts'

// No scheduler has this name: those of a configuration have no colon before a space.
const [OWNER, KEY] = ['triphammer: history', 'syncs']

/**
 * Counts a sync to the disk. What was committed before it stands before it in the write-ahead
 * log: a history that has this number has all of that.
 *
 * @param atLeast A number that was given before and may have been lost.
 */
export function countSync(db: Database, atLeast: number) {
  return db.transaction(() => {
    const number = Math.max(readSyncs(db) ?? 0, atLeast) + 1
    saveSchedulerState(db, OWNER, KEY, String(number))
    return { number, ...newestOf(db) }
  })
}

/** `undefined` when it was never counted, or can't be told. */
export function readSyncs(db: Database): number | undefined {
  return toSyncs(readSchedulerState(db, OWNER, KEY))
}

/** The same, for whoever looks at a file that is not open for the master's work. */
export const SYNCS_SQL = `SELECT value FROM scheduler_state WHERE scheduler = '${OWNER}' AND key = '${KEY}'`

export function toSyncs(value: unknown): number | undefined {
  const number = Number(value ?? Number.NaN)
  return Number.isSafeInteger(number) ? number : undefined
}

export const NEWEST_SQL = `SELECT ifnull((SELECT max(id) FROM builds), 0) AS builds,
  ifnull((SELECT max(id) FROM build_requests), 0) AS requests,
  ifnull((SELECT max(id) FROM changes), 0) AS changes`

function newestOf(db: Database) {
  return db.get<{ builds: number; requests: number; changes: number }>(NEWEST_SQL)!
}
