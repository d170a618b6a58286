import { openDatabase } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { latestOf, STORES, storePath } from './stores.ts'

/**
 * Makes empty databases where a person wants none of what was there. They say so by being
 * there: a start that finds signs of a history and no databases refuses.
 */
export function makeEmptyStores(dataDir: string): void {
  for (const store of STORES) {
    const db = openDatabase(storePath(dataDir, store))
    try {
      migrate(db, latestOf(store), store.migrations)
    } finally {
      db.close()
    }
  }
}
