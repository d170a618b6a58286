import { spawnSync } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeCertificate } from '../../../slave/protocol/certificate.ts'
import { fingerprintOf, parseFingerprint } from '../../../slave/protocol/fingerprint.ts'
import { ensureIdentity } from '../../../slave/protocol/identity.ts'
import { temporaryFolder } from '../../helpers/folders.ts'

test('a certificate is one that Node reads, with its own signature and no end', () => {
  // Lengths of one, two and three bytes, serial numbers that begin with any bit.
  for (const name of ['a', 'ü'.repeat(60), 'x'.repeat(300)]) {
    const { certificate, key } = makeCertificate(name)
    const read = new X509Certificate(certificate)
    expect(read.subject).toBe(`CN=${name}`)
    expect(read.issuer).toBe(read.subject)
    expect(read.verify(read.publicKey)).toBe(true)
    expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true)
    expect(new Date(read.validTo).getUTCFullYear()).toBe(9999)
  }
})

test.skipIf(spawnSync('openssl', ['version']).error)(
  'OpenSSL finds no fault in it (skipped where there is no openssl)',
  () => {
    const file = join(temporaryFolder('pem'), 'c.pem')
    const { certificate } = makeCertificate('a slave')
    writeFileSync(file, certificate)
    const run = (...args: string[]) => spawnSync('openssl', args, { encoding: 'utf8' })
    expect(run('verify', '-x509_strict', '-CAfile', file, file).stdout).toBe(`${file}: OK\n`)
    const { stdout } = run('x509', '-in', file, '-noout', '-fingerprint', '-sha256')
    // What OpenSSL prints can be typed where we want a fingerprint.
    expect(parseFingerprint(stdout.split('=')[1]!.trim())).toBe(
      fingerprintOf(new X509Certificate(certificate).raw),
    )
  },
)

test('a fingerprint is read with any punctuation, and nothing else is', () => {
  const print = fingerprintOf(Buffer.from('x'))
  const hex = print.replaceAll('-', '')
  expect(print).toMatch(/^([0-9a-f]{8}-){7}[0-9a-f]{8}$/)
  for (const text of [print, hex, hex.toUpperCase(), `SHA256:${hex}`, hex.match(/../g)!.join(':')])
    expect(parseFingerprint(text)).toBe(print)
  for (const text of ['', 'x', hex.slice(1), `${hex}0`, hex.replace(/./, 'g')])
    expect(parseFingerprint(text)).toBeUndefined()
})

test('an identity is made once, is for this user alone, and is never replaced in silence', () => {
  const folder = temporaryFolder('identity')
  const first = ensureIdentity(folder, 'i.pem', 'a')
  const file = join(folder, 'i.pem')
  chmodSync(file, 0o644)
  expect(ensureIdentity(folder, 'i.pem', 'b')).toEqual(first)
  expect(statSync(file).mode & 0o777).toBe(0o600)

  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 100))
  expect(() => ensureIdentity(folder, 'i.pem', 'a')).toThrow(
    `${file} holds the certificate of this end and can't be read (it is not whole). Put it back`,
  )
})
