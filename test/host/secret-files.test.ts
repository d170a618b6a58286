import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemSealing } from '../../main/app/system-sealing.ts'
import { openSecretFiles } from '../../main/host/secret-files.ts'
import { memorySecrets, type SecretsStore } from '../../main/master/secrets.ts'
import { temporaryFolder } from '../helpers/folders.ts'

const app = { whenReady: async () => {} }

/** A keychain that turns texts around. */
function keychain(more: object = {}) {
  const turned = (text: string) => [...text].reverse().join('')
  return {
    isAsyncEncryptionAvailable: async () => true,
    getSelectedStorageBackend: () => 'gnome_libsecret' as const,
    encryptStringAsync: async (text: string) => Buffer.from(turned(text)),
    decryptStringAsync: async (bytes: Buffer) => ({
      shouldReEncrypt: false,
      result: turned(String(bytes)),
    }),
    ...more,
  }
}
const sealed = (folder: string, more?: object, platform: NodeJS.Platform = 'linux') =>
  openSecretFiles(folder, systemSealing(app, keychain(more), platform))

const STORES: readonly [string, () => SecretsStore][] = [
  ['in files', () => openSecretFiles(temporaryFolder('secrets'))],
  ['in files that are sealed', () => sealed(temporaryFolder('secrets'))],
  ['in memory', memorySecrets],
]

test.each(STORES)('secrets %s are kept, replaced and deleted', async (_, open) => {
  const store = open()
  await store.set('key.Mini', 'one')
  await store.set('key.mini', 'two')
  await store.set('key.Mini', 'three')
  expect([await store.get('key.Mini'), await store.get('key.mini')]).toEqual(['three', 'two'])
  await store.delete('key.Mini')
  await store.delete('key.Mini')
  expect([await store.get('key.Mini'), await store.get('key.mini')]).toEqual([undefined, 'two'])
})

test('a secret is a file for this user alone, whose name tells upper from lower case', async () => {
  const folder = join(temporaryFolder('data'), 'secrets')
  const store = openSecretFiles(folder)
  await store.set('slave-key.Mini', 'secret')
  await store.set('../../x', 'secret')
  expect(readdirSync(folder).sort()).toEqual(['..%2f..%2fx', 'slave-key.%4dini'])
  const modes = [folder, join(folder, 'slave-key.%4dini')].map(path => statSync(path).mode & 0o777)
  expect(modes).toEqual([0o700, 0o600])
})

test('with a keychain the file holds nothing that could be read', async () => {
  const folder = temporaryFolder('secrets')
  await sealed(folder).set('a', 'secret')
  expect(readFileSync(join(folder, 'a'), 'utf8')).toMatch(/^sealed:[A-Za-z0-9+/=]+\n$/)
  expect(readFileSync(join(folder, 'a'), 'utf8')).not.toContain('secret')
  await expect(openSecretFiles(folder).get('a')).rejects.toThrow('can be read by it alone')
})

test.each([
  ['basic_text', 'linux', false],
  ['unknown', 'linux', false],
  ['kwallet6', 'linux', true],
  ['basic_text', 'darwin', true],
] as const)('with backend %s on %s it is sealed: %s', async (backend, platform, is) => {
  const folder = temporaryFolder('secrets')
  await sealed(folder, { getSelectedStorageBackend: () => backend }, platform).set('a', 'secret')
  expect(readFileSync(join(folder, 'a'), 'utf8').startsWith('sealed:')).toBe(is)
})

// A desktop is known by its name, and its keychain may not run all the same: Chromium then takes a key that is in its source.
test('what was sealed with a key that everybody knows is a plain file, and one from before becomes one', async () => {
  const folder = temporaryFolder('secrets')
  const fallback = {
    encryptStringAsync: async (text: string) => Buffer.from(`v10${text}`),
    decryptStringAsync: async (bytes: Buffer) => ({
      shouldReEncrypt: false,
      result: String(bytes).slice(3),
    }),
  }
  const file = (name: string) => readFileSync(join(folder, name), 'utf8')
  await sealed(folder, fallback).set('a', 'secret')
  await sealed(folder, fallback, 'darwin').set('b', 'secret')
  const before = [file('a'), file('b').slice(0, 7)]

  expect(await sealed(folder, fallback).get('b')).toBe('secret')

  expect([...before, file('b')]).toEqual(['secret\n', 'sealed:', 'secret\n'])
})

test('a keychain that is locked costs nothing: the secret is still there when it opens', async () => {
  const folder = temporaryFolder('secrets')
  await sealed(folder).set('a', 'secret')
  const locked = sealed(folder, {
    decryptStringAsync: async () => {
      throw new Error('temporarily unavailable')
    },
  })
  await expect(locked.get('a')).rejects.toThrow('unlock it, or pair with the slave again')
  expect(await sealed(folder).get('a')).toBe('secret')
})

test('what the keychain wants sealed anew is sealed anew', async () => {
  const folder = temporaryFolder('secrets')
  await sealed(folder).set('a', 'secret')
  const before = readFileSync(join(folder, 'a'), 'utf8')
  const newer = {
    encryptStringAsync: async (text: string) => Buffer.from(`2${text}`),
    decryptStringAsync: async () => ({ shouldReEncrypt: true, result: 'secret' }),
  }
  expect(await sealed(folder, newer).get('a')).toBe('secret')
  expect(readFileSync(join(folder, 'a'), 'utf8')).not.toBe(before)
})
