import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import { deleteSlaveKeys, findSlaveKeys, type SlaveKeys, saveSlaveKeys } from '../db/slave-keys.ts'
import type { Update } from './unit.ts'

/** What slaves are known by. Nobody is told: it concerns who checks a slave, and no window. */
export function slaveKeyData(db: Database, update: Update, clock: Clock) {
  return {
    slaveKeys: (slave: string): SlaveKeys | undefined => findSlaveKeys(db, slave),
    /** The hash of the password with which it dials in. */
    saveSlavePassword(slave: string, passwordHash: string): void {
      update(() =>
        saveSlaveKeys(db, slave, { passwordHash, fingerprint: null, madeAt: clock.now() }),
      )
    },
    /** The certificate that it shows when it is dialled. */
    saveSlaveFingerprint(slave: string, fingerprint: string): void {
      update(() =>
        saveSlaveKeys(db, slave, { passwordHash: null, fingerprint, madeAt: clock.now() }),
      )
    },
    /** False when it had none. */
    deleteSlaveKeys: (slave: string): boolean => update(() => deleteSlaveKeys(db, slave)),
  }
}
