import type { Migration } from '../migrate.ts'

/** Builders whose builds are made elsewhere and only shown here: where a person finds them. */
export const monitors: Migration = {
  version: 8,
  up(db) {
    db.exec('ALTER TABLE builders ADD COLUMN monitor TEXT')
  },
}
