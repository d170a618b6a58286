import { createHash } from 'node:crypto'

/**
 * The fingerprint of a certificate, as both ends show it: SHA-256 of the whole
 * certificate in hex, in groups that people can compare. It is what
 * `openssl x509 -fingerprint -sha256` prints, but for the punctuation.
 */
export function fingerprintOf(certificate: Uint8Array): string {
  return grouped(createHash('sha256').update(certificate).digest('hex'))
}

/** Reads one as people copy it, with any punctuation; `undefined` when it is none. */
export function parseFingerprint(text: string): string | undefined {
  const hex = text.replace(/^sha-?256[:=\s]/i, '').replace(/[\s:-]/g, '')
  return /^[0-9a-f]{64}$/i.test(hex) ? grouped(hex.toLowerCase()) : undefined
}

function grouped(hex: string): string {
  return hex.match(/.{8}/g)!.join('-')
}
