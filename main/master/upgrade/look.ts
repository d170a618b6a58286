import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { damageOf } from '../backup/summary.ts'
import { saysDamaged } from '../db/damaged.ts'
import { readHeader, withReader } from '../db/header.ts'
import { ACKNOWLEDGED, readAcknowledged } from './acknowledged.ts'
import { lookForLoss } from './loss.ts'
import { whereItStood } from './stood.ts'
import { latestOf, STORES, type Store, storePath } from './stores.ts'
import type { StoreTrouble } from './trouble.ts'

export type Look =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'current' }
  /** What has to be brought to this version. */
  | { readonly kind: 'behind'; readonly stores: readonly Behind[] }
  | { readonly kind: 'trouble'; readonly trouble: StoreTrouble }

export interface Behind {
  readonly store: Store
  readonly from: number
}

// What is read whole at every start; a larger file costs too much time, and is read while the master works.
const SMALL_BYTES = 8 * 1024 * 1024

/**
 * Looks at the databases of a data directory before any is opened for writing. Nothing
 * is changed, and nothing is left beside them.
 *
 * @param whole Whether also large files are read from end to end; they are when an earlier run found damage.
 */
export function lookAtStores(dataDir: string, whole = isDoubtful(dataDir)): Look {
  const there = STORES.filter(store => holdsAnything(storePath(dataDir, store)))
  const missing = STORES.find(store => !there.includes(store))
  // A start that was killed may have made one and not yet the other; then neither holds anything.
  const signs = missing ? signsOfHistory(dataDir) : []
  if (missing && signs.length > 0)
    return {
      kind: 'trouble',
      trouble: {
        kind: 'missing',
        file: missing.name,
        signs,
        empty: existsSync(storePath(dataDir, missing)),
      },
    }
  const behind: Behind[] = []
  for (const store of there) {
    const path = storePath(dataDir, store)
    const trouble = look(store, path, behind)
    if (trouble) return { kind: 'trouble', trouble }
  }
  // What is newer or behind may look otherwise; reading it whole is a matter of the file alone.
  for (const store of there) {
    const path = storePath(dataDir, store)
    if (!whole && !isSmall(path)) continue
    try {
      const reason = readWhole(path)
      if (reason !== null)
        return { kind: 'trouble', trouble: { kind: 'damaged', file: store.name, reason } }
    } catch (error) {
      return { kind: 'trouble', trouble: unreadable(store, error) }
    }
  }
  try {
    const lost = lookForLoss(dataDir, there)
    if (lost) return { kind: 'trouble', trouble: lost }
  } catch (error) {
    return { kind: 'trouble', trouble: unreadable(there[0]!, error) }
  }
  if (behind.length > 0) return { kind: 'behind', stores: behind }
  return { kind: there.length > 0 ? 'current' : 'fresh' }
}

// A process that died in its first moment has left a file without tables; so has one whose
// write-ahead log was lost.
export function holdsAnything(path: string): boolean {
  if (sizeOf(path) === 0) return false
  try {
    return readHeader(path).userVersion > 0 || countTables(path) > 0
  } catch {
    return true
  }
}

function look(store: Store, path: string, behind: Behind[]): StoreTrouble | undefined {
  const known = latestOf(store)
  try {
    const { userVersion, oldestReader } = readHeader(path)
    if (userVersion > known) {
      const readable = oldestReader !== null && oldestReader <= known
      return { kind: 'newer', file: store.name, found: userVersion, known, readable }
    }
    if (userVersion > 0 && userVersion < known) behind.push({ store, from: userVersion })
    if (userVersion === 0)
      return { kind: 'damaged', file: store.name, reason: 'it does not say which schema it has' }
    return undefined
  } catch (error) {
    return unreadable(store, error)
  }
}

function countTables(path: string): number {
  return withReader(
    path,
    db => db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()!.n as number,
  )
}

function unreadable(store: Store, error: unknown): StoreTrouble {
  const { message } = error as Error
  const kind = saysDamaged(error) ? 'damaged' : 'unreadable'
  return { kind, file: store.name, reason: message }
}

/**
 * Why a database is damaged; `null` when it is sound.
 *
 * @throws Error when it can't be read at all.
 */
export function readWhole(path: string): string | null {
  try {
    return withReader(path, damageOf)
  } catch (error) {
    if (saysDamaged(error)) return (error as Error).message
    throw error
  }
}

/** What says that builds were made here, whatever the databases look like. */
export function signsOfHistory(dataDir: string): string[] {
  const signs: string[] = []
  for (const store of STORES) {
    const rows = countLogsOrBuilds(storePath(dataDir, store), store)
    if (rows !== 0)
      signs.push(
        rows === null
          ? `${store.name} is there and can't be read`
          : `${store.name} holds ${rows} ${store.name === 'logs.sqlite' ? 'logs' : 'builds'}`,
      )
  }
  const promised = readAcknowledged(dataDir)
  if (promised) {
    const { builds } = promised.history
    signs.push(`${ACKNOWLEDGED} ${builds > 0 ? `remembers build ${builds}` : 'is there'}`)
  }
  for (const name of ['artifacts', 'slaves'])
    if (hasEntries(join(dataDir, name))) signs.push(`${name}/ is not empty`)
  // It is written when a configuration is in force, and then there are databases.
  if (existsSync(join(dataDir, 'master.last-good.yml')))
    signs.push('master.last-good.yml says that a master ran here')
  const logged = lastLogged(dataDir)
  if (logged > 0) signs.push(`app.log tells of build ${logged}`)
  const stood = whereItStood(dataDir)?.builds ?? 0
  if (stood > 0) signs.push(`state.json remembers build ${stood}`)
  const backups = join(dataDir, 'backups')
  const kept = existsSync(backups)
    ? readdirSync(backups).filter(name => existsSync(join(backups, name, 'manifest.json'))).length
    : 0
  if (kept > 0) signs.push(kept === 1 ? 'there is a backup' : `there are ${kept} backups`)
  return signs
}

// `null` when it can't be told.
function countLogsOrBuilds(path: string, store: Store): number | null {
  if (sizeOf(path) === 0) return 0
  try {
    return withReader(path, db => {
      const table = store.name === 'logs.sqlite' ? 'logs' : 'builds'
      const known = db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table)
      if (!known) return 0
      return db.prepare(`SELECT ifnull(max(id), 0) AS n FROM ${table}`).get()!.n as number
    })
  } catch {
    return null
  }
}

function hasEntries(folder: string): boolean {
  try {
    return readdirSync(folder).some(name => !name.startsWith('.'))
  } catch {
    return false
  }
}

/** What a run writes into the app's log when it begins, for a start that finds nothing else. */
export function standsAt(build: number): string {
  return `the history stands at build ${build}`
}

function lastLogged(dataDir: string): number {
  try {
    const text = readFileSync(join(dataDir, 'app.log'), 'utf8')
    return Number([...text.matchAll(/the history stands at build (\d+)/g)].at(-1)?.[1] ?? 0)
  } catch {
    return 0
  }
}

export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** Whether a file is read whole at every start. */
export function isSmall(path: string): boolean {
  return sizeOf(path) <= SMALL_BYTES
}

const DOUBT = 'damage-found.txt'

/** Has the next start read everything before it goes on. */
export function doubt(dataDir: string, reason: string): void {
  writeFileSync(join(dataDir, DOUBT), `${reason}\n`, { mode: 0o600 })
}

function isDoubtful(dataDir: string): boolean {
  return existsSync(join(dataDir, DOUBT))
}

/** Everything was read, and is sound. */
export function forgetDoubt(dataDir: string): void {
  rmSync(join(dataDir, DOUBT), { force: true })
}
