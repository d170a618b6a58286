import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { later } from './cleanup.ts'

/** A new folder that is removed afterwards. Its name is of the kind that people have, so that every test runs in one. */
export function temporaryFolder(name = 'test'): string {
  const folder = mkdtempSync(join(tmpdir(), `triphammer ${name} ö-`))
  later(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}
