import { createHash, createHmac, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeLasting } from '../lasting.ts'

/** By what a secret is known again; `null` when that is not known. */
export type MarkOf = (name: string, value: string) => string | null

const KEY_BYTES = 32

/**
 * Marks secrets, so that history can tell whether one is another than before. The key
 * is in a file beside history, made for the first secret: a history that was copied or
 * exported without it tells nothing, not even of a password that could be guessed.
 * A mark begins with the name of its key, since marks of two keys can't be compared.
 */
export function createHiddenMarks(dataDir: string, onTrouble: (reason: string) => void): MarkOf {
  const file = join(dataDir, 'environments.key')
  let key: Buffer | null | undefined

  return (name, value) => {
    if (key === undefined) key = openKey()
    if (!key) return null
    const id = createHash('sha256').update(key).digest('hex').slice(0, 8)
    return `${id}:${createHmac('sha256', key).update(`${name}\0${value}`).digest('hex').slice(0, 16)}`
  }

  function openKey(): Buffer | null {
    try {
      return readKey() ?? makeKey()
    } catch (error) {
      onTrouble(
        `${file}: whether secrets of builds differ is not kept: ${(error as Error).message}`,
      )
      return null
    }
  }

  function readKey(): Buffer | undefined {
    try {
      const found = Buffer.from(readFileSync(file, 'utf8').trim(), 'hex')
      return found.length === KEY_BYTES ? found : undefined
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  function makeKey(): Buffer {
    const made = randomBytes(KEY_BYTES)
    writeLasting(file, `${made.toString('hex')}\n`)
    return made
  }
}
