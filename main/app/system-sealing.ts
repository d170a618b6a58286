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
    async seal(text) {
      await app.whenReady()
      if (!(await isWorthIt())) return undefined
      const sealed = await safeStorage.encryptStringAsync(text)
      return isOpenToAll(sealed) ? undefined : sealed.toString('base64')
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
      return { text: result, stale: shouldReEncrypt || isOpenToAll(bytes) }
    },
  }

  // Where Linux has no keychain a key that everybody knows would stand in for it. The backend is told by the name of the
  // desktop alone (SelectBackend in electron_browser_main_parts.cc), so that a keychain that does not run is seen only in
  // what was sealed.
  async function isWorthIt(): Promise<boolean> {
    if (!(await safeStorage.isAsyncEncryptionAvailable())) return false
    if (platform !== 'linux') return true
    const backend = safeStorage.getSelectedStorageBackend()
    return backend !== 'basic_text' && backend !== 'unknown'
  }

  // Chromium marks what it has sealed with its built-in key (kEncryptionTag in posix_key_provider.cc).
  function isOpenToAll(sealed: Buffer): boolean {
    return platform === 'linux' && sealed.subarray(0, 3).toString() === 'v10'
  }
}
