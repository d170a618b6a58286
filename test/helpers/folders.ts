import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { later } from './cleanup.ts'

/**
 * A new folder that is removed afterwards. Its name has what people's names of folders have, a space and
 * a letter beyond ASCII, so that the whole suite runs in such folders.
 */
export function temporaryFolder(name = 'test'): string {
  return make(`triphammer ${name} ö-`)
}

/** The same with a plain name, for what another program takes no other of: a list that spaces divide, say. */
export function plainFolder(name: string): string {
  return make(`triphammer-${name}-`)
}

function make(prefix: string): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), prefix))
  later(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}
