import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Moment, Stop } from '../master/model.ts'
import { socketPath } from '../master/slaves/socket-path.ts'
import { answers } from './answers.ts'

/** Who has a data directory. */
export interface Holder {
  readonly pid: number
  readonly shell: string
  readonly version: string
  readonly startedAt: Moment
  /** Where the command line reaches it. */
  readonly socket: string
  /** Where a browser reaches it; `null` when it serves no HTTP. */
  readonly url: string | null
}

/** Thrown when another process has the data directory. */
export class DataDirectoryBusyError extends Error {
  override readonly name = 'DataDirectoryBusyError'
  readonly holder: Holder | undefined

  constructor(folder: string, holder: Holder | undefined) {
    const who = holder
      ? `process ${holder.pid} (${holder.shell}, version ${holder.version})`
      : 'another process'
    super(`${folder} is in use by ${who}. Nothing was opened.`)
    this.holder = holder
  }
}

export interface Lock {
  /** Tells others how to reach us. */
  announce(holder: Holder): void
  /**
   * Makes the lock again when somebody has removed its file, as some do who take it for a stale one. Others look for it
   * by its name. `lost` says that another process was faster.
   */
  mend(): 'whole' | 'mended' | 'lost'
  release: Stop
}

/**
 * Takes the one lock of a data directory, before anything else in it is opened.
 *
 * The lock is the operating system's own lock on a file, held by an open SQLite
 * transaction: it ends with the process, however that ends, so there is no stale
 * lock to judge and no pid to mistake for another.
 *
 * Whoever holds it is asked by its socket, too: a lock whose file was removed is held by a file that nobody else sees.
 *
 * @throws DataDirectoryBusyError when another process has it.
 */
export async function lockDataDirectory(folder: string): Promise<Lock> {
  const file = lockFile(folder)
  let taken = take(folder, WAIT_MS)
  if (await answers({ path: socketPath(folder, 'control') })) {
    taken.close()
    throw new DataDirectoryBusyError(folder, announcedHolder(folder))
  }
  let inode = inodeOf(file)
  const holderFile = join(folder, 'lock.json')
  // Left by one who was killed.
  rmSync(holderFile, { force: true })
  return {
    announce: holder => writeFileSync(holderFile, `${JSON.stringify(holder)}\n`, { mode: 0o600 }),
    mend() {
      if (inodeOf(file) === inode) return 'whole'
      const again = takeLock(made(file), 0)
      if (!again) return 'lost'
      taken.close()
      taken = again
      inode = inodeOf(file)
      return 'mended'
    },
    release() {
      rmSync(holderFile, { force: true })
      if (taken.isOpen) taken.close()
    },
  }
}

/**
 * @param waitMs The command line takes the lock for a moment, to see whether anybody has it.
 *   One who has it and does not say who it is, is waited for longer: it starts, stops, or
 *   only looks something up.
 */
function take(folder: string, waitMs: number): DatabaseSync {
  const file = made(lockFile(folder))
  const until = performance.now() + UNKNOWN_MS
  let db = takeLock(file, waitMs)
  while (!db) {
    const holder = announcedHolder(folder)
    if (holder || performance.now() > until) throw new DataDirectoryBusyError(folder, holder)
    db = takeLock(file, LOOK_MS)
  }
  return db
}

function lockFile(folder: string): string {
  return join(folder, 'lock')
}

// Closing a file drops this process's locks on it, so one that is there is not touched.
function made(file: string): string {
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600))
  return file
}

function inodeOf(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino
}

function takeLock(file: string, waitMs: number): DatabaseSync | undefined {
  const db = opened(file, waitMs)
  try {
    db.exec('PRAGMA journal_mode=MEMORY; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE')
    return db
  } catch (error) {
    db.close()
    const { errcode } = error as { errcode?: number }
    if (errcode === SQLITE_NOTADB)
      throw new Error(
        `${file} is not the lock that Triphammer makes. Remove it while no master runs there.`,
      )
    if (errcode !== SQLITE_BUSY) throw error
    return undefined
  }
}

function opened(file: string, timeout: number): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout })
  } catch (cause) {
    // SQLite names no file.
    throw new Error(
      `${file} can't be opened: it has to be a file that this user may read and write.`,
      { cause },
    )
  }
}

/** The process that has a data directory right now; `undefined` when nobody does. */
export function findHolder(folder: string): Holder | undefined {
  // Who only looks leaves nothing behind.
  if (!existsSync(lockFile(folder))) return undefined
  try {
    take(folder, 0).close()
    return undefined
  } catch (error) {
    if (error instanceof DataDirectoryBusyError) return error.holder
    // There is no such folder, or it may not be written: nobody works in it as we would.
    return undefined
  }
}

/** Who has said that it has a data directory; it may be gone by now. */
export function announcedHolder(folder: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'lock.json'), 'utf8')) as Holder
  } catch {
    // It starts, stops, or has no door by which it could be reached.
    return undefined
  }
}

const SQLITE_BUSY = 5
const SQLITE_NOTADB = 26
const WAIT_MS = 500
const UNKNOWN_MS = 5000
const LOOK_MS = 50
