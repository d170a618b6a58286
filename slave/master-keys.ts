import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { sameSecret } from './protocol/pairing.ts'
import { writeWhole } from './protocol/write-whole.ts'

/** The one master that may dial this slave. */
export interface MasterKeys {
  readonly taken: boolean
  isMaster(key: string): boolean
  keep(key: string): void
  remove(): void
}

export const KEYS_FILE = 'master-key.json'

/**
 * Keeps the hash of the master's key in a file, which is looked at each time: who
 * removes it has made the slave forget its master.
 */
export function openMasterKeys(folder: string, now: () => number): MasterKeys {
  const file = join(folder, KEYS_FILE)
  return {
    get taken() {
      return read() !== undefined
    },
    isMaster(key) {
      const hash = read()
      return hash !== undefined && sameSecret(hash, hashOf(key))
    },
    keep(key) {
      const content = { keyHash: hashOf(key), pairedAt: now() }
      writeWhole(file, `${JSON.stringify(content)}\n`)
    },
    remove: () => rmSync(file, { force: true }),
  }

  // A file that can't be read belongs to a master all the same: no stranger gets in by damaging it.
  function read(): string | undefined {
    try {
      return String(JSON.parse(readFileSync(file, 'utf8')).keyHash)
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : 'damaged'
    }
  }
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url')
}
