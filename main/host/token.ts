import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The bearer token of the local API; made at the first start. */
export function apiToken(dataDir: string): string {
  const file = join(dataDir, 'api-token')
  try {
    const token = readFileSync(file, 'utf8').trim()
    if (token.length >= 20) return token
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const token = randomBytes(32).toString('base64url')
  writeFileSync(file, `${token}\n`, { mode: 0o600 })
  return token
}
