import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { Release } from './updater-port.ts'

/** What a signature covers: everything that decides which bytes are installed, and on how many machines. */
export type SignedRelease = Pick<Release, 'version' | 'files' | 'releaseDate' | 'stagingPercentage'>

/**
 * The bytes that are signed for a release. A fixed form, so that neither the order
 * nor the style of the YAML matters.
 */
export function signedBytes(release: SignedRelease): Buffer {
  const files = release.files.map(({ url, sha512, size }) => ({ url, sha512, size: size ?? null }))
  const { version, releaseDate = null, stagingPercentage = null } = release
  return Buffer.from(
    JSON.stringify(['triphammer-feed-1', version, files, releaseDate, stagingPercentage]),
  )
}

/**
 * Whether one of our keys signed this release. The files' own hash comes from the
 * same feed, so it protects against damage and not against whoever owns the server.
 *
 * @param keys Ed25519 public keys, SPKI in base64, as the package has them.
 */
export function isSigned(
  release: SignedRelease,
  signature: unknown,
  keys: readonly string[],
): boolean {
  if (typeof signature !== 'string') return false
  const bytes = signedBytes(release)
  const given = Buffer.from(signature, 'base64')
  return keys.some(key => {
    const read = readKey(key)
    return read !== undefined && verify(null, bytes, read, given)
  })
}

function readKey(text: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}
