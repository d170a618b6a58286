import { createHash } from 'node:crypto'

/**
 * Every process of a local slave and of its steps carries this variable, so that
 * a slave that was killed leaves nothing behind that its successor could not find.
 */
export const SLAVE_ID_VARIABLE = 'TRIPHAMMER_SLAVE_ID'

/** Names the slave that works in a folder: the same one after a restart. */
export function slaveIdOf(folder: string): string {
  return createHash('sha256').update(folder).digest('hex').slice(0, 32)
}
