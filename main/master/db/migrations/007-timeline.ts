import type { Migration } from '../migrate.ts'

/**
 * Indices for looking at any stretch of a long history: who built when, and how it
 * ended, is read from the first one alone, without touching a row.
 */
export const timeline: Migration = {
  version: 7,
  up(db) {
    db.exec(`
      CREATE INDEX builds_by_time ON builds (started_at, builder_id, complete_at, results);
      -- Those that a look at a stretch would miss by their start. Few are that long.
      CREATE INDEX builds_long ON builds (started_at) WHERE complete_at - started_at > 86400000;
      DROP INDEX builds_by_start;
      CREATE INDEX changes_by_time ON changes (received_at);
    `)
  },
}
