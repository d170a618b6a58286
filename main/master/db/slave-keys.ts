import type { Moment } from '../model.ts'
import type { Database } from './database.ts'

/** What a slave is known by. */
export interface SlaveKeys {
  /** Of a slave that dials in. */
  readonly passwordHash: string | null
  /** Of the certificate of a slave that is dialled. */
  readonly fingerprint: string | null
  readonly madeAt: Moment
}

export function findSlaveKeys(db: Database, slave: string): SlaveKeys | undefined {
  const row = db.get('SELECT * FROM slave_keys WHERE slave = ?', slave)
  return (
    row && {
      passwordHash: row.password_hash as string | null,
      fingerprint: row.fingerprint as string | null,
      madeAt: row.made_at as Moment,
    }
  )
}

/** The newest keys replace those before. */
export function saveSlaveKeys(db: Database, slave: string, keys: SlaveKeys): void {
  db.run(
    `INSERT INTO slave_keys (slave, password_hash, fingerprint, made_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (slave) DO UPDATE SET password_hash = excluded.password_hash,
       fingerprint = excluded.fingerprint, made_at = excluded.made_at`,
    slave,
    keys.passwordHash,
    keys.fingerprint,
    keys.madeAt,
  )
}

export function deleteSlaveKeys(db: Database, slave: string): boolean {
  return db.run('DELETE FROM slave_keys WHERE slave = ?', slave).changes > 0
}
