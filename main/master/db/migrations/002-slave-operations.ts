import type { Migration } from '../migrate.ts'

/**
 * What a person or the master decided about a slave outlives the process: who
 * paused it and until when, whether it drains, how long it is in quarantine, and
 * when its absence was told. The address is shown also while it can't be reached.
 */
export const slaveOperations: Migration = {
  version: 2,
  up(db) {
    db.exec(`
      ALTER TABLE slaves ADD COLUMN address TEXT;
      ALTER TABLE slaves ADD COLUMN draining INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE slaves ADD COLUMN quarantine TEXT;
      ALTER TABLE slaves ADD COLUMN missed_at INTEGER;
      UPDATE slaves SET paused = json_set(paused, '$.by', NULL, '$.until', NULL)
        WHERE paused IS NOT NULL;
    `)
  },
}
