import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { artifactPath } from '../artifact-path.ts'
import {
  BACKUPS,
  copySmallFiles,
  keepFile,
  nameOf,
  syncFolders,
  UNFINISHED,
} from '../backup/create.ts'
import { lackOfSpace, syncPath } from '../backup/files.ts'
import { countRows } from '../backup/summary.ts'
import { openDatabase } from '../db/database.ts'
import { withReader } from '../db/header.ts'
import type { Migration } from '../db/migrate.ts'
import { migrate } from '../db/migrate.ts'
import { isInUse, syncFile, syncFolder } from '../lasting.ts'
import { copyWhole, settle } from './copy.ts'
import { backupName, carryOut, strayCompanions } from './finish.ts'
import { type Intent, removeIntent, WORKING, writeIntent } from './intent.ts'
import { type Behind, sizeOf } from './look.ts'
import { type Quarantined, quarantineOddRows, setAsideOddValues } from './quarantine.ts'
import { latestOf, STORES, storePath } from './stores.ts'
import { type Stage, StoreTroubleError } from './trouble.ts'
import { type Counts, type Tick, verifyUpgrade } from './verify.ts'

export interface UpgradeOrder {
  readonly dataDir: string
  /** Of the app. */
  readonly version: string
  readonly now: () => number
  readonly behind: readonly Behind[]
  readonly onProgress: (progress: UpgradeProgress) => void
  /** Looked at between any two steps, until the new files begin to take their place. */
  readonly isCancelled: () => boolean
}

export interface UpgradeProgress {
  /** In a person's words. */
  readonly what: string
  /** Of the whole, from 0 to 1. */
  readonly share: number
  readonly stages: readonly Stage[]
}

export interface Upgraded {
  readonly version: string
  /** The version that wrote what was there. */
  readonly from: string
  readonly files: Intent['files']
  readonly counts: Counts
  /** Rows that were put aside or given another value. */
  readonly quarantined: number
  /** Name of the backup that holds the old files. */
  readonly backup: string
  readonly stages: readonly Stage[]
}

const SPARE_BYTES = 16 * 1024 * 1024

/**
 * Brings databases to this version: on copies, which are verified against the originals
 * and only then take their place. The originals become a backup. Whatever goes wrong
 * before that, and a cancel, leaves everything as it was.
 *
 * @throws StoreTroubleError
 */
export async function upgradeStores(order: UpgradeOrder): Promise<Upgraded> {
  const { dataDir, version, now, behind, isCancelled, onProgress } = order
  const stages: Stage[] = []
  const startedAt = now()
  let share = 0
  let what = ''
  let neededBytes: number | null = null
  let working = ''
  let filling = ''
  let swapping = false
  let before: Counts = {}
  try {
    say('Looking at the history', 0)
    before = withReader(storePath(dataDir, STORES[0]!), countRows)
    const names = behind.map(({ store }) => store.name)
    neededBytes = roomFor(dataDir, behind)
    let intent: Intent = {
      phase: 'preparing',
      version,
      startedAt,
      wroteVersion: '',
      files: behind.map(({ store, from }) => ({ name: store.name, from, to: latestOf(store) })),
      filling: `${UNFINISHED}upgrade`,
      backup: backupName(dataDir, nameOf('before', version, startedAt)),
      quarantined: 0,
    }
    const lack = await lackOfSpace(dataDir, neededBytes)
    if (lack !== null) throw new Error(lack)
    neededBytes = null
    writeIntent(dataDir, intent)
    working = join(dataDir, WORKING)
    filling = join(dataDir, BACKUPS, intent.filling)
    for (const store of STORES)
      if (existsSync(storePath(dataDir, store))) settle(storePath(dataDir, store))
    const stray = strayCompanions(dataDir)
    if (stray.length > 0)
      throw new Error(`another program has ${stray[0]} open. Close it and try again.`)
    intent = { ...intent, wroteVersion: lastVersion(storePath(dataDir, STORES[0]!)) }
    done('The files are whole', names.join(', '))

    rmSync(working, { recursive: true, force: true })
    mkdirSync(working, { mode: 0o700 })
    let quarantined = 0
    let counts: Counts = {}
    for (const [i, one] of behind.entries()) {
      const part = (from: number) => (i + from) / behind.length
      const result = bringUp(one, part)
      quarantined += sum(result.odd.moved) + result.odd.repaired
      counts =
        one.store.name === 'history.sqlite'
          ? result.counts
          : { ...counts, ...logCounts(result.counts) }
    }
    say('Keeping the old files', 0.97)
    await fill(dataDir, filling, behind)
    done('What was there is ready to be kept', intent.backup)
    check()
    intent = { ...intent, phase: 'swap', quarantined }
    writeIntent(dataDir, intent)
    swapping = true
    say('Putting the new files in their place', 1)
    await carryOut(dataDir, intent)
    share = 1
    done('The new files are in their place', names.join(', '))
    return {
      version,
      from: intent.wroteVersion,
      files: intent.files,
      counts,
      quarantined,
      backup: intent.backup,
      stages,
    }
  } catch (error) {
    const reason = (error as Error).message
    const cancelled = error instanceof CancelledError
    const failed = cancelled ? 'Cancelled' : `${what} did not succeed`
    stages.push({ what: failed, detail: cancelled ? '' : reason, at: now(), ok: cancelled })
    // In the swap it is for the next start to go on: everything is there, and it knows how.
    if (working && !swapping) undo()
    if (cancelled) throw new StoreTroubleError(dataDir, { kind: 'cancelled', stages, before })
    throw new StoreTroubleError(dataDir, {
      kind: 'upgrade-failed',
      reason: sentence(error as NodeJS.ErrnoException),
      stages,
      before,
      neededBytes,
      unfinished: swapping,
    })
  }

  function undo() {
    try {
      rmSync(working, { recursive: true, force: true })
      rmSync(filling, { recursive: true, force: true })
      removeIntent(dataDir)
      stages.push({
        what: 'Nothing was changed',
        detail: 'the old files are where they were',
        at: now(),
        ok: true,
      })
    } catch {
      // The next start does it.
    }
  }

  function bringUp(
    { store, from }: Behind,
    part: (from: number) => number,
  ): { counts: Counts; odd: Quarantined } {
    const path = storePath(dataDir, store)
    const copy = join(working, store.name)
    say(`Copying ${store.name}`, part(0))
    copyWhole(path, copy, done => {
      say(`Copying ${store.name}`, part(done * 0.2))
      check()
    })
    const db = openDatabase(copy, { copy: true })
    let odd: Quarantined = { moved: {}, repaired: 0, cells: new Set(), dangling: 0 }
    try {
      const aside = store.name === 'history.sqlite' ? setAsideOddValues(db) : []
      const coming = store.migrations.filter(one => one.version > from)
      for (const [i, { version: to }] of coming.entries()) {
        say(`Bringing ${store.name} to schema ${to}`, part(0.2 + (0.3 * i) / coming.length))
        check()
        migrate(db, to, store.migrations as readonly Migration[])
      }
      if (store.name === 'history.sqlite') {
        say('Looking for odd rows', part(0.5))
        odd = quarantineOddRows(db, now(), stepping(part(0.5), part(0.65)), aside)
        // Odd rows are put aside; a step of ours that makes rows odd is a fault of ours.
        if (odd.dangling > 0 && !hasDangling(path))
          throw new Error(`${odd.dangling} rows refer to nothing, and did not before`)
      }
    } finally {
      db.close()
    }
    done(`${store.name} brought from schema ${from} to ${latestOf(store)}`, describeOdd(odd))
    say(`Comparing ${store.name} with what it was`, part(0.65))
    const counts = verifyUpgrade(store, path, copy, odd, stepping(part(0.65), part(1)))
    syncFile(copy)
    syncFolder(working)
    done(`${store.name} compared with what it was`, describeCounts(counts))
    return { counts, odd }
  }

  function say(now: string, at: number) {
    what = now
    share = Math.max(share, Math.min(1, at * 0.97))
    onProgress({ what, share, stages: [...stages] })
  }

  function done(text: string, detail: string) {
    stages.push({ what: text, detail, at: now(), ok: true })
    onProgress({ what, share, stages: [...stages] })
  }

  // How many steps there will be is not known; each brings it a little nearer to the end of the part.
  function stepping(from: number, to: number): Tick {
    let at = from
    return next => {
      at += (to - at) * 0.04
      say(next, at)
      check()
    }
  }

  function check() {
    if (isCancelled()) throw new CancelledError()
  }
}

class CancelledError extends Error {}

function hasDangling(path: string): boolean {
  return withReader(path, db => db.prepare('PRAGMA foreign_key_check').get() !== undefined)
}

// The copy, and as much again for what a migration writes anew.
function roomFor(dataDir: string, behind: readonly Behind[]): number {
  const sizes = behind.map(({ store }) => {
    const path = storePath(dataDir, store)
    return sizeOf(path) + sizeOf(`${path}-wal`)
  })
  const unchanged = STORES.filter(store => !behind.some(one => one.store.name === store.name))
  const kept = unchanged.map(store => sizeOf(storePath(dataDir, store)))
  return [...sizes, ...sizes, ...kept].reduce((sum, size) => sum + size, SPARE_BYTES)
}

// Everything of the backup but the old files themselves, which come by renaming.
async function fill(dataDir: string, folder: string, behind: readonly Behind[]) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  await copySmallFiles(dataDir, folder)
  for (const store of STORES) {
    const path = storePath(dataDir, store)
    if (behind.some(one => one.store.name === store.name) || !existsSync(path)) continue
    copyWhole(path, join(folder, store.name), () => {})
    await syncPath(join(folder, store.name))
  }
  const wanted = withReader(storePath(dataDir, STORES[0]!), db =>
    db
      .prepare('SELECT DISTINCT sha256 FROM artifacts')
      .all()
      .map(row => String(row.sha256)),
  )
  for (const sha256 of wanted) {
    const path = artifactPath(sha256)
    if (existsSync(join(dataDir, path))) await keepFile(join(dataDir, path), join(folder, path))
  }
  await syncFolders(folder)
  syncFolder(dirname(folder))
  // The folder of the backups may be new as well.
  syncFolder(dataDir)
}

function lastVersion(history: string): string {
  return withReader(history, db => {
    const row = db.prepare('SELECT version FROM runs ORDER BY id DESC LIMIT 1').get()
    return String(row?.version ?? 'unknown')
  })
}

function logCounts(counts: Counts): Counts {
  return Object.fromEntries(
    Object.entries(counts).map(([name, rows]) => [`logs.sqlite ${name}`, rows]),
  )
}

function describeOdd({ moved, repaired }: Quarantined): string {
  const count = sum(moved)
  if (count + repaired === 0) return 'no odd rows'
  const tables = Object.entries(moved).map(([table, rows]) => `${rows} of ${table}`)
  const kept = count > 0 ? `${count} odd rows put aside and kept (${tables.join(', ')})` : ''
  const mended = repaired > 0 ? `${repaired} unreadable values kept aside` : ''
  return [kept, mended].filter(Boolean).join('; ')
}

function describeCounts(counts: Counts): string {
  const shown = ['builds', 'steps', 'changes', 'logs', 'chunks'].filter(
    name => counts[name] !== undefined,
  )
  return shown.map(name => `${counts[name]!.toLocaleString('en')} ${name}`).join(', ')
}

function sentence(error: NodeJS.ErrnoException): string {
  const { code, message } = error
  if (isInUse(error) && /^[A-Z]+: .*, rename /.test(message))
    return `another program has one of the files open (${message}). Close what shows or scans the data directory, then start again.`
  if (code === 'ENOSPC' || /disk is full/.test(message)) return 'the disk is full.'
  if (
    code === 'EROFS' ||
    code === 'EACCES' ||
    code === 'EPERM' ||
    /readonly database/.test(message)
  )
    return `this user may not write there (${message}).`
  return message.endsWith('.') ? message : `${message}.`
}

function sum(counts: Counts): number {
  return Object.values(counts).reduce((all, one) => all + one, 0)
}
