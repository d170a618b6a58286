import type { Migration } from '../migrate.ts'

/**
 * What the next master needs to go on with a build that this one left: the build
 * itself goes on at its slave. A row lives as long as its build runs.
 */
export const runningBuilds: Migration = {
  version: 6,
  up(db) {
    db.exec(`
      CREATE TABLE running_builds (
        build_id INTEGER PRIMARY KEY REFERENCES builds,
        -- Random; the ids of its commands begin with it.
        marker TEXT NOT NULL,
        -- Which life of the slave it runs in; NULL where its commands end with their link.
        slave_run TEXT,
        -- The builder as it was configured when the build began: JSON.
        builder TEXT NOT NULL,
        -- The locks that its open step has: JSON, a list of names.
        step_locks TEXT NOT NULL DEFAULT '[]',
        -- How it is to end once it was asked to: JSON, {"results", "why"}.
        ending TEXT
      ) STRICT;
    `)
  },
}
