import type { Migration } from '../migrate.ts'

/**
 * What a build ran in, as it was at its start. Most builds of a builder share one
 * environment, so each is stored once, by the hash of its content.
 */
export const environments: Migration = {
  version: 9,
  // Only what is added beside.
  oldestReader: 8,
  up(db) {
    db.exec(`
      CREATE TABLE environments (
        id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, content TEXT NOT NULL
      ) STRICT;
      -- NULL: of a build from before, or one that was made elsewhere.
      ALTER TABLE builds ADD COLUMN environment_id INTEGER REFERENCES environments;
    `)
  },
}
