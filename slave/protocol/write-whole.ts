import { writeFileSync } from 'node:fs'
import { renameAtOnce } from './rename.ts'

/**
 * Writes a file that only its owner can read: old or new, never half, whenever the
 * process is killed. `flush` has the content on the disk before it gets its name,
 * so that a power cut leaves no empty file either; it costs a few milliseconds.
 */
export function writeWhole(file: string, text: string, { flush = true } = {}): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600, flush })
  renameAtOnce(`${file}.new`, file)
}
