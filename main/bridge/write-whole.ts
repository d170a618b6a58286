import { renameSync, writeFileSync } from 'node:fs'

/** Writes a person's own file: old or new, never half. */
export function writeWhole(file: string, text: string): void {
  const temporary = `${file}.new`
  writeFileSync(temporary, text, { mode: 0o600, flush: true })
  renameSync(temporary, file)
}
