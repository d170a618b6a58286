import { join } from 'node:path'

export const ARTIFACTS = 'artifacts'

/** Whether a text is the SHA-256 of something. A row of history may say anything. */
export function isSha256(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{64}$/.test(text)
}

/**
 * Where an artifact lies, in a data directory as in a backup or an export of one. What is
 * no hash leads to a name that no artifact has, and never out of the folder.
 */
export function artifactPath(sha256: string): string {
  return isSha256(sha256)
    ? join(ARTIFACTS, sha256.slice(0, 2), sha256)
    : join(ARTIFACTS, 'is-no-hash')
}
