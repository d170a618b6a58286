import type { Sealing } from '../host/secret-files.ts'
import type { AppPort, SafeStoragePort } from './ports.ts'

/**
 * Seals secrets with the keychain of the system. It can be used once the app is
 * ready, and may ask the person, so nothing at the start waits for it.
 */
export function systemSealing(
  app: Pick<AppPort, 'whenReady'>,
  safeStorage: SafeStoragePort,
  platform: NodeJS.Platform = process.platform,
): Sealing {
  return {
    place: 'the keychain of this system',
    async seal(text) {
      await app.whenReady()
      if (!(await isWorthIt())) return undefined
      return (await safeStorage.encryptStringAsync(text)).toString('base64')
    },
    async open(sealed) {
      await app.whenReady()
      const bytes = Buffer.from(sealed, 'base64')
      // It is never thrown away: a keychain that is locked now opens later.
      const { result, shouldReEncrypt } = await safeStorage
        .decryptStringAsync(bytes)
        .catch((error: Error) => {
          throw new Error(
            `the keychain of this system does not open the key (${error.message}); unlock it, or pair with the slave again`,
          )
        })
      return { text: result, stale: shouldReEncrypt }
    },
  }

  // Where Linux has no keychain a password that everybody knows would stand in for it.
  async function isWorthIt(): Promise<boolean> {
    if (!(await safeStorage.isAsyncEncryptionAvailable())) return false
    if (platform !== 'linux') return true
    const backend = safeStorage.getSelectedStorageBackend()
    return backend !== 'basic_text' && backend !== 'unknown'
  }
}
