import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { later } from './cleanup.ts'

/** A new folder that is removed afterwards. */
export function temporaryFolder(name = 'test'): string {
  const folder = mkdtempSync(join(tmpdir(), `triphammer-${name}-`))
  later(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}
