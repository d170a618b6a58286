import { generateKeyPairSync, sign } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  isSigned,
  type SignedRelease,
  signedBytes,
} from '../../../main/app/update/feed-signature.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const KEY = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
const RELEASE: SignedRelease = {
  version: '1.1.0',
  files: [{ url: 'Triphammer-1.1.0.AppImage', sha512: 'abc=', size: 3 }],
  releaseDate: '2026-11-01T00:00:00.000Z',
}
const SIGNATURE = sign(null, signedBytes(RELEASE), privateKey).toString('base64')

test('a release that one of our keys signed is told from all others', () => {
  expect(isSigned(RELEASE, SIGNATURE, ['no key', KEY])).toBe(true)
})

const [file] = RELEASE.files
test.each<[string, Partial<SignedRelease>]>([
  ['another version', { version: '1.2.0' }],
  ['another file', { files: [{ ...file!, url: 'evil.AppImage' }] }],
  ['another content', { files: [{ ...file!, sha512: 'abd=' }] }],
  ['another length', { files: [{ ...file!, size: 4 }] }],
  ['one file more', { files: [file!, file!] }],
  ['another day', { releaseDate: '2026-11-02T00:00:00.000Z' }],
  ['another rollout', { stagingPercentage: 100 }],
])('a signature does not cover %s', (_what, change) => {
  expect(isSigned({ ...RELEASE, ...change }, SIGNATURE, [KEY])).toBe(false)
})

test.each([undefined, '', 'rubbish', 3, null])('%s is no signature', signature => {
  expect(isSigned(RELEASE, signature, [KEY])).toBe(false)
})

test('without a key nothing is signed', () => {
  expect(isSigned(RELEASE, SIGNATURE, [])).toBe(false)
})
