import type { LockConfig } from '../config/model.ts'
import type { Stop } from '../model.ts'

/** Whoever holds a lock. Its label may become known after the lock was taken. */
export interface Holder {
  readonly label: string
}

export interface Blocking {
  readonly lock: string
  readonly holders: readonly string[]
}

export interface Locks {
  configure(locks: readonly LockConfig[]): void
  /** Takes all of `names` at once, or none. `undefined` when one of them is not free. */
  tryTake(names: readonly string[], slave: string, holder: Holder): Stop | undefined
  /** Takes them when they are free, in the order of asking. `cancel` stops waiting. */
  take(
    names: readonly string[],
    slave: string,
    holder: Holder,
    onWait: (reason: string) => void,
  ): { taken: Promise<Stop | undefined>; cancel: Stop }
  /** The first lock that is not free, and who holds it; `undefined` when all are free. */
  blocking(names: readonly string[], slave: string): Blocking | undefined
  /** Calls back when a lock becomes free. */
  onRelease(listener: () => void): Stop
}

/**
 * Counting locks over the whole master or on each slave. They live in memory
 * only: a build that held one ends with the master.
 */
export function createLocks(): Locks {
  let configs = new Map<string, LockConfig>()
  const holders = new Map<string, Holder[]>()
  const waiting: {
    readonly names: readonly string[]
    readonly slave: string
    readonly holder: Holder
    grant(stop: Stop): void
  }[] = []
  const listeners = new Set<() => void>()

  const locks: Locks = {
    configure(list) {
      configs = new Map(list.map(lock => [lock.name, lock]))
      // There may be more of a lock than before.
      pass()
    },
    tryTake(names, slave, holder) {
      if (locks.blocking(names, slave)) return undefined
      // Where a lock is held may be another place once it is configured anew.
      const lists = names.map(name => holdersOf(name, slave))
      for (const list of lists) list.push(holder)
      let held = true
      return () => {
        if (!held) return
        held = false
        for (const list of lists) list.splice(list.indexOf(holder), 1)
        pass()
      }
    },
    take(names, slave, holder, onWait) {
      const now = locks.tryTake(names, slave, holder)
      if (now) return { taken: Promise.resolve(now), cancel() {} }
      const { lock, holders: by } = locks.blocking(names, slave)!
      onWait(`lock ${lock}, held by ${by.join(', ')}`)
      const { promise, resolve } = Promise.withResolvers<Stop | undefined>()
      const entry = { names, slave, holder, grant: resolve }
      waiting.push(entry)
      return {
        taken: promise,
        cancel() {
          const at = waiting.indexOf(entry)
          if (at >= 0) waiting.splice(at, 1)
          resolve(undefined)
        },
      }
    },
    blocking(names, slave) {
      for (const name of names) {
        const held = holdersOf(name, slave)
        if (held.length >= (configs.get(name)?.maxCount ?? 1))
          return { lock: name, holders: held.map(({ label }) => label) }
      }
      return undefined
    },
    onRelease(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  return locks

  function holdersOf(name: string, slave: string): Holder[] {
    const key = configs.get(name)?.scope === 'slave' ? `${name} on ${slave}` : name
    let list = holders.get(key)
    if (!list) holders.set(key, (list = []))
    return list
  }

  // Who waits comes first, then whoever else may want what is left.
  function pass() {
    for (const entry of [...waiting]) {
      const stop = locks.tryTake(entry.names, entry.slave, entry.holder)
      if (!stop) continue
      waiting.splice(waiting.indexOf(entry), 1)
      entry.grant(stop)
    }
    for (const listener of listeners) listener()
  }
}
