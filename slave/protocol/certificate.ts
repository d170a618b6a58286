import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

export interface Certificate {
  /** PEM. */
  readonly key: string
  readonly certificate: string
}

/**
 * Makes a key (ECDSA, P-256) and a certificate that it signs itself.
 *
 * No authority stands behind it and nobody looks at its name or dates: the other
 * end pins its fingerprint. So it has the one fixed form that TLS asks for, and
 * never runs out, because the clocks of two machines on a desk may differ by years.
 */
export function makeCertificate(name: string): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer = sequence(set(sequence(COMMON_NAME, text(name))))
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    ECDSA_WITH_SHA256,
    issuer,
    sequence(time('20000101000000Z'), time('99991231235959Z')),
    issuer,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = sign('sha256', body, privateKey)
  const whole = sequence(body, ECDSA_WITH_SHA256, bits(signature))
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    certificate: pem(whole),
  }
}

// DER (X.690): a tag, a length, and what is in it.
const sequence = (...parts: Uint8Array[]) => tagged(0x30, ...parts)
const set = (...parts: Uint8Array[]) => tagged(0x31, ...parts)
const text = (value: string) => tagged(0x0c, Buffer.from(value))
const time = (value: string) => tagged(0x18, Buffer.from(value))
// No bit of the last byte is unused.
const bits = (value: Uint8Array) => tagged(0x03, Buffer.of(0), value)

// A first bit that is set would make it negative, a leading zero would be too long.
function integer(value: Uint8Array): Uint8Array {
  const positive = Buffer.from(value)
  positive[0] = (positive[0]! & 0x7f) | (value.length > 1 ? 0x40 : 0)
  return tagged(0x02, positive)
}

function tagged(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts)
  const { length } = content
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...size), content])
}

// Object identifiers: 2.5.4.3, and 1.2.840.10045.4.3.2 as an algorithm.
const COMMON_NAME = Buffer.of(0x06, 0x03, 0x55, 0x04, 0x03)
const ECDSA_WITH_SHA256 = sequence(
  Buffer.of(0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02),
)

function pem(der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .match(/.{1,64}/g)!
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
