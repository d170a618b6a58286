import type { Migration } from '../migrate.ts'

/**
 * Which rows came from another program's history, so that importing it once more adds
 * what is new and nothing twice; and the properties that a change can have there.
 */
export const imports: Migration = {
  version: 5,
  // Only what is added beside.
  oldestReader: 3,
  up(db) {
    db.exec(`
      -- local_id 0: the row is in quarantine. final: it will not change at its source any more.
      CREATE TABLE imports (
        source TEXT NOT NULL, noun TEXT NOT NULL, source_id INTEGER NOT NULL,
        local_id INTEGER NOT NULL, final INTEGER NOT NULL,
        PRIMARY KEY (source, noun, source_id)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE change_properties (
        change_id INTEGER NOT NULL REFERENCES changes, name TEXT NOT NULL,
        value TEXT NOT NULL, source TEXT NOT NULL,
        PRIMARY KEY (change_id, name)
      ) STRICT, WITHOUT ROWID;
    `)
  },
}
