import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { MIGRATIONS, type Migration } from '../db/migrate.ts'
import { LOG_MIGRATIONS } from '../logs/log-migrations.ts'

export type StoreName = 'history.sqlite' | 'logs.sqlite'

export interface Store {
  readonly name: StoreName
  readonly migrations: readonly Migration[]
}

/** The databases of a data directory. They are looked at, upgraded and kept as one. */
export const STORES: readonly Store[] = [
  { name: 'history.sqlite', migrations: MIGRATIONS },
  { name: 'logs.sqlite', migrations: LOG_MIGRATIONS },
]

export function latestOf({ migrations }: Store): number {
  return migrations.at(-1)!.version
}

/**
 * Does `work`, which looks at databases, and removes what readers have made beside them. Only
 * for whoever has the lock of the data directory.
 */
export function leavingNothing<T>(dataDir: string, work: () => T): T {
  const companions = STORES.map(store => `${storePath(dataDir, store)}-shm`)
  const made = companions.filter(file => !existsSync(file))
  try {
    return work()
  } finally {
    for (const file of made) rmSync(file, { force: true })
  }
}

export function storePath(dataDir: string, { name }: Pick<Store, 'name'>): string {
  return join(dataDir, name)
}
