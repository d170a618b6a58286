import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { UpdateOutcome } from '../bridge/contract.ts'
import { countRows, newestIds } from '../master/backup/summary.ts'
import { writeLasting } from '../master/lasting.ts'
import type { Moment } from '../master/model.ts'

/** Written just before the app is replaced, and read by whichever version starts next. */
export interface UpdateIntent {
  readonly from: string
  readonly to: string
  readonly at: Moment
  /** Folder in `backups/` that holds everything as it was. */
  readonly backup: string
  /** Rows of each table, and the highest id of each noun, as the backup has them. */
  readonly counts: Readonly<Record<string, number>>
  readonly newest: Readonly<Record<string, number>>
}

const FILE = 'update-intent.json'
const count = z.int().min(0)
const SHAPE = z.object({
  from: z.string(),
  to: z.string(),
  at: z.number(),
  backup: z.string(),
  counts: z.record(z.string(), count),
  newest: z.record(z.string(), count),
})

/** On disk when it returns. */
export function writeUpdateIntent(folder: string, intent: UpdateIntent): void {
  writeLasting(join(folder, FILE), `${JSON.stringify(intent, undefined, 2)}\n`)
}

/** The intent of an update that was begun and not yet looked after; damaged ones count as none. */
function readUpdateIntent(folder: string): UpdateIntent | undefined {
  try {
    return SHAPE.parse(JSON.parse(readFileSync(join(folder, FILE), 'utf8')))
  } catch {
    return undefined
  }
}

function forgetUpdateIntent(folder: string): void {
  rmSync(join(folder, FILE), { force: true })
}

/**
 * Compares what is there after an update with what was there before.
 *
 * @param version That runs now.
 * @param now Rows and ids of the open history.
 */
function judgeUpdate(
  intent: UpdateIntent,
  version: string,
  now: Pick<UpdateIntent, 'counts' | 'newest'>,
): UpdateOutcome {
  const { from, to, backup } = intent
  if (version !== to) return { kind: 'not-taken', from, to }
  const missing = [...lacks(intent.counts, now.counts), ...lacks(intent.newest, now.newest)]
  if (missing.length > 0)
    return { kind: 'incomplete', from, to, backup, missing: missing.join(', ') }
  return { kind: 'updated', from, to, builds: now.counts.builds ?? 0 }
}

/**
 * What became of an update, when one was begun. Read at the first start after it,
 * once; the intent is forgotten when the outcome is known.
 */
export function lookAfterUpdate(
  folder: string,
  version: string,
  log: (text: string) => void,
): UpdateOutcome | null {
  const intent = readUpdateIntent(folder)
  if (!intent) return null
  const db = new DatabaseSync(join(folder, 'history.sqlite'), { readOnly: true })
  try {
    const outcome = judgeUpdate(intent, version, { counts: countRows(db), newest: newestIds(db) })
    log(`update from ${intent.from} to ${intent.to}: ${outcome.kind}`)
    forgetUpdateIntent(folder)
    return outcome
  } finally {
    db.close()
  }
}

// A table that is no longer there was emptied into others by a migration, which counts for itself.
function lacks(before: UpdateIntent['counts'], now: UpdateIntent['counts']): string[] {
  return Object.entries(before).flatMap(([what, then]) => {
    const left = now[what]
    return left !== undefined && left < then ? [`${what}: ${left} of ${then}`] : []
  })
}
