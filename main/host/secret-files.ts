import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeLasting } from '../master/lasting.ts'
import type { SecretsStore } from '../master/secrets.ts'

/** Makes what is written unreadable for others, and readable again. */
export interface Sealing {
  /** `undefined` where the system has nothing that would protect it better than its mode does. */
  seal(text: string): Promise<string | undefined>
  /** `stale`: the system wants it sealed anew. */
  open(sealed: string): Promise<{ readonly text: string; readonly stale: boolean }>
}

/**
 * Keeps each secret in a file of its own that only this user may read; sealed by
 * the system's keychain where the shell has one.
 */
export function openSecretFiles(folder: string, sealing?: Sealing): SecretsStore {
  const store: SecretsStore = {
    async get(name) {
      const text = read(fileOf(name))
      if (text === undefined || text === '') return undefined
      if (!text.startsWith(SEALED)) return text
      if (!sealing)
        throw new Error(
          `the secret "${name}" was sealed by the desktop app and can be read by it alone`,
        )
      const opened = await sealing.open(text.slice(SEALED.length))
      if (opened.stale) await store.set(name, opened.text)
      return opened.text
    },
    async set(name, value) {
      const sealed = await sealing?.seal(value)
      const text = sealed === undefined ? value : SEALED + sealed
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      if (process.platform !== 'win32') chmodSync(folder, 0o700)
      const file = fileOf(name)
      writeLasting(file, `${text}\n`)
    },
    async delete(name) {
      rmSync(fileOf(name), { force: true })
    },
  }
  return store

  // Names are of slaves; they may differ in case only, and file systems may not tell those apart.
  function fileOf(name: string): string {
    const safe = name.replace(/[^a-z0-9._-]/g, one => `%${one.codePointAt(0)!.toString(16)}`)
    return join(folder, safe)
  }
}

const SEALED = 'sealed:'

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
