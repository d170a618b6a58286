import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseFingerprint } from './protocol/fingerprint.ts'
import { writeWhole } from './protocol/write-whole.ts'

const PIN_FILE = 'master-fingerprint'

/** The certificate of the master that this slave dials; `undefined` before it was seen. */
export function readPin(folder: string): string | undefined {
  const file = join(folder, PIN_FILE)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const pin = parseFingerprint(text.trim())
  // Not as if there was none: the next certificate that comes by would be taken.
  if (pin === undefined)
    throw new Error(`${file} holds no fingerprint; remove it to take the master's as it is now`)
  return pin
}

export function keepPin(folder: string, fingerprint: string): void {
  const file = join(folder, PIN_FILE)
  writeWhole(file, `${fingerprint}\n`)
}

export function removePin(folder: string): void {
  rmSync(join(folder, PIN_FILE), { force: true })
}
