import { openDatabase } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import type { Moment } from '../model.ts'
import { acknowledgeAsTheyAre } from './loss.ts'
import { latestOf, STORES, storePath } from './stores.ts'

/**
 * Makes empty databases where a person wants none of what was there. They say so by being
 * there: a start that finds signs of a history and no databases refuses.
 */
export async function makeEmptyStores(dataDir: string, now: Moment): Promise<void> {
  for (const store of STORES) {
    const db = openDatabase(storePath(dataDir, store))
    try {
      migrate(db, latestOf(store), store.migrations)
    } finally {
      db.close()
    }
  }
  await acknowledgeAsTheyAre(dataDir, now)
}
