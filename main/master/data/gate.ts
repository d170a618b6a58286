import type { Database } from '../db/database.ts'
import type { Stop } from '../model.ts'
import { isBusy, isStorageTrouble } from '../storage-trouble.ts'

const LOOK_MS = 100
const RETRY_MS = 1000
/** After this, whoever asked is told to look for the other program. */
const PATIENCE_MS = 60_000

/** Why nothing can be stored, and what to do. */
export const LOCKED =
  'history.sqlite is locked by another program, such as a database browser with an unsaved change. Save or close it there.'

/** Another program holds history.sqlite. Carries SQLite's own code, as every kind of trouble with the disk does. */
export class HistoryLockedError extends Error {
  override readonly name = 'HistoryLockedError'
  readonly errcode = 5
  /** Resolves when the lock is free. Rejects with such an error after a minute. */
  readonly free: () => Promise<void>

  constructor(free: () => Promise<void>) {
    super(LOCKED)
    this.free = free
  }
}

export interface Gate {
  /**
   * Does `work` as one transaction.
   *
   * @throws HistoryLockedError at once while another program holds the lock.
   */
  transaction<T>(work: () => T): T
  /** Resolves when nobody else holds the lock. Rejects with a HistoryLockedError after a minute. */
  writable(): Promise<void>
  /**
   * Does `work`, now or as soon as it can be stored; what was asked for earlier is stored earlier.
   * Faults other than trouble with the storage are the caller's.
   */
  patiently<T>(work: () => T): Promise<T>
  /** The same for what nobody waits for. Other faults are told as trouble. */
  eventually(work: () => void): void
  /** Told each time that the lock is free again after it was not. */
  onFree(listener: () => void): Stop
  stop: Stop
}

export interface GateOptions {
  readonly db: Database
  /** In words; `undefined` once all is well again, with how long it was not. */
  readonly onLocked: (forMs: number | undefined) => void
  readonly onTrouble: (reason: string) => void
}

/**
 * What stands before every write. The lock of a database can be held by another program for as
 * long as it likes; the master must not stand still for it. So its own connection hardly waits,
 * and while the lock is known to be held nothing is even tried: a look every tenth of a second
 * finds out when it is free.
 */
export function createGate({ db, onLocked, onTrouble }: GateOptions): Gate {
  const waiting = new Set<() => void>()
  const listeners = new Set<() => void>()
  const later: Later[] = []
  let lockedAt: number | undefined
  let looking: NodeJS.Timeout | undefined
  let retrying: NodeJS.Timeout | undefined
  let stopped = false

  return {
    transaction,
    writable,
    patiently: work =>
      new Promise((resolve, reject) => add({ work: () => resolve(work()), fail: reject })),
    eventually: work => add({ work, fail: error => onTrouble(error.message) }),
    onFree(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    stop() {
      stopped = true
      clearTimeout(looking)
      clearTimeout(retrying)
      listeners.clear()
      flush()
    },
  }

  function transaction<T>(work: () => T): T {
    if (lockedAt !== undefined) throw new HistoryLockedError(writable)
    try {
      return db.transaction(work)
    } catch (error) {
      if (!isBusy(error)) throw error
      lock()
      throw new HistoryLockedError(writable)
    }
  }

  function lock() {
    lockedAt ??= performance.now()
    onLocked(undefined)
    lookSoon()
  }

  function lookSoon() {
    if (!stopped) looking ??= setTimeout(look, LOOK_MS)
  }

  function look() {
    looking = undefined
    if (!db.isFree()) return lookSoon()
    const forMs = performance.now() - lockedAt!
    lockedAt = undefined
    onLocked(forMs)
    for (const go of waiting) go()
    flush()
    for (const listener of listeners) listener()
  }

  // What is stored while others wait is stored behind them.
  function add(one: Later) {
    later.push(one)
    if (later.length === 1) flush()
  }

  function free(): Promise<void> {
    if (lockedAt === undefined) return Promise.resolve()
    return new Promise(resolve => {
      const go = () => {
        waiting.delete(go)
        resolve()
      }
      waiting.add(go)
    })
  }

  async function writable(): Promise<void> {
    if (lockedAt === undefined && db.isFree()) return
    if (lockedAt === undefined) lock()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new HistoryLockedError(writable)), PATIENCE_MS).unref()
    })
    try {
      await Promise.race([free(), late])
    } finally {
      clearTimeout(timer)
    }
  }

  // In order: what comes after something that could not be stored waits behind it.
  function flush() {
    clearTimeout(retrying)
    for (let next = later[0]; next; next = later[0]) {
      try {
        next.work()
      } catch (error) {
        if (isStorageTrouble(error) && !stopped) {
          onTrouble((error as Error).message)
          // Once the lock is free, this goes on by itself.
          if (!isBusy(error)) retrying = setTimeout(flush, RETRY_MS)
          return
        }
        next.fail(error as Error)
      }
      later.shift()
    }
  }
}

interface Later {
  work(): void
  fail(error: Error): void
}

/**
 * Does what a person asked for, once nobody else holds the lock. Only for work whose first
 * effect is a write to history: it is begun anew.
 *
 * @throws HistoryLockedError when that takes longer than a person waits.
 */
export async function pastLock<T>(work: () => T | Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof HistoryLockedError)) throw error
      await error.free()
    }
  }
}
