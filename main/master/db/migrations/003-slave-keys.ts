import type { Migration } from '../migrate.ts'

/**
 * What a slave is known by: of one that dials in the hash of its password, of one
 * that is dialled the fingerprint of its certificate. The key that the master
 * shows there is a secret and not in history.
 */
export const slaveKeys: Migration = {
  version: 3,
  up(db) {
    db.exec(`
      CREATE TABLE slave_keys (
        slave TEXT PRIMARY KEY, password_hash TEXT, fingerprint TEXT, made_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `)
  },
}
