import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { withReader } from '../db/header.ts'
import { NEWEST_SQL, SYNCS_SQL, toSyncs } from '../db/syncs.ts'
import { LOG_SYNCS_SQL } from '../logs/log-writing.ts'
import { type Newest, readAcknowledged } from './acknowledged.ts'
import { latestOf, type Store, storePath } from './stores.ts'
import type { StoreTrouble } from './trouble.ts'

/**
 * Whether a database lacks what was acknowledged. SQLite takes a write-ahead log up to the
 * first piece that is not whole, and one that is gone for none: it says nothing of either.
 */
export function lookForLoss(dataDir: string, stores: readonly Store[]): StoreTrouble | undefined {
  const acknowledged = readAcknowledged(dataDir)
  if (!acknowledged) return undefined
  for (const store of stores) {
    const path = storePath(dataDir, store)
    const history = store.name === 'history.sqlite'
    const promised = history ? acknowledged.history.number : acknowledged.logs.number
    const found = readSyncs(path, store)
    if (found === undefined || found >= promised) continue
    return {
      kind: 'lost',
      file: store.name,
      held: history ? newestIn(path) : acknowledged.history,
      acknowledged: acknowledged.history,
      seconds: promised - found,
      writeAheadLog: stateOfLog(`${path}-wal`),
    }
  }
  return undefined
}

// `undefined` where it can't be told: an older version has put an older history here, which counts nothing.
function readSyncs(path: string, store: Store): number | undefined {
  return withReader(path, db => {
    const current = db.prepare('PRAGMA user_version').get()!.user_version === latestOf(store)
    const row = db.prepare(store.name === 'history.sqlite' ? SYNCS_SQL : LOG_SYNCS_SQL).get()
    if (!row) return current ? 0 : undefined
    return toSyncs(row.value)
  })
}

function newestIn(path: string): Newest {
  return withReader(path, db => {
    const statement = db.prepare(NEWEST_SQL)
    statement.setReadBigInts(true)
    const { builds, requests, changes } = statement.get()!
    return { builds: Number(builds), requests: Number(requests), changes: Number(changes) }
  })
}

function stateOfLog(path: string): 'gone' | 'empty' | 'damaged' {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) return 'gone'
  if (stat.size === 0) return 'empty'
  const file = openSync(path, 'r')
  try {
    const head = Buffer.alloc(32)
    readSync(file, head)
    return head.every(byte => byte === 0) ? 'empty' : 'damaged'
  } finally {
    closeSync(file)
  }
}
