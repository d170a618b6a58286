import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { lastId } from '../backup/summary.ts'
import { withReader } from '../db/header.ts'
import { NEWEST_SQL, SYNCS_SQL, toSyncs } from '../db/syncs.ts'
import { LOG_SYNCS_SQL } from '../logs/log-writing.ts'
import type { Moment } from '../model.ts'
import { type Newest, readAcknowledged, writeAcknowledged } from './acknowledged.ts'
import { whereItStood } from './stood.ts'
import { latestOf, STORES, type Store, storePath } from './stores.ts'
import type { StoreTrouble } from './trouble.ts'

/**
 * Whether a database lacks what was acknowledged. SQLite takes a write-ahead log up to the
 * first piece that is not whole, and one that is gone for none: it says nothing of either.
 */
export function lookForLoss(dataDir: string, stores: readonly Store[]): StoreTrouble | undefined {
  const acknowledged = readAcknowledged(dataDir)
  if (!acknowledged) return lookWhereItStood(dataDir)
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

/**
 * Writes down what databases that came another way than by the work of a master hold,
 * so that what is known of others before them is no promise any more.
 */
export async function acknowledgeAsTheyAre(folder: string, at: Moment): Promise<void> {
  const [history, logs] = STORES.map(store => storePath(folder, store))
  const syncs = (path: string, store: Store) => readSyncs(path, store) ?? 0
  await writeAcknowledged(folder, {
    at,
    history: { number: syncs(history!, STORES[0]!), ...newestIn(history!) },
    logs: { number: syncs(logs!, STORES[1]!) },
  })
}

// An older version wrote nothing else down, and whoever copies or cleans up by hand may have left the other file out.
function lookWhereItStood(dataDir: string): StoreTrouble | undefined {
  const stood = whereItStood(dataDir)
  const path = storePath(dataDir, STORES[0]!)
  if (!stood || !existsSync(path)) return undefined
  const [held, given] = [newestIn(path), idsGivenIn(path)]
  const nouns = ['builds', 'requests', 'changes'] as const
  if (nouns.every(noun => Math.max(held[noun], given[noun]) >= stood[noun])) return undefined
  return {
    kind: 'lost',
    file: 'history.sqlite',
    held,
    acknowledged: stood,
    seconds: 0,
    writeAheadLog: stateOfLog(`${path}-wal`),
  }
}

// An upgrade may have put the newest rows aside; their ids stay given.
function idsGivenIn(path: string): Newest {
  return withReader(path, db => ({
    builds: lastId(db, 'builds'),
    requests: lastId(db, 'build_requests'),
    changes: lastId(db, 'changes'),
  }))
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
