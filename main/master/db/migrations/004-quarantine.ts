import type { Migration } from '../migrate.ts'

/**
 * Where odd rows go when a history is brought to a later schema: rows that refer to
 * what is not there, or hold what can't be read. They are kept whole, and no
 * upgrade fails on them.
 */
export const quarantine: Migration = {
  version: 4,
  oldestReader: 3,
  up(db) {
    db.exec(`
      -- content is the row as JSON: blobs as {"base64": …}, integers beyond 2^53 as {"integer": …}.
      -- repaired: the row stayed, with what stands there instead of what was odd.
      CREATE TABLE quarantine (
        id INTEGER PRIMARY KEY, at INTEGER NOT NULL, table_name TEXT NOT NULL, reason TEXT NOT NULL,
        content TEXT NOT NULL, repaired TEXT
      ) STRICT;
    `)
  },
}
