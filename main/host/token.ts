import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FORM = /^[\x21-\x7e]{20,1000}$/

/** The bearer token of the local API; made at the first start, and anew when it is damaged. */
export function apiToken(dataDir: string): string {
  const file = join(dataDir, 'api-token')
  try {
    const token = readFileSync(file, 'utf8').trim()
    // One that is damaged could stand in no header: programs would be refused without a reason.
    if (FORM.test(token)) return token
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const token = randomBytes(32).toString('base64url')
  writeFileSync(file, `${token}\n`, { mode: 0o600 })
  return token
}
