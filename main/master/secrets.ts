/**
 * Where the master keeps what it must show again, such as the keys of slaves that
 * it dials. A shell hands in the best that its system has.
 */
export interface SecretsStore {
  /** Where the secrets are, in words: "the keychain of this system". */
  readonly place: string
  /**
   * `undefined`: there is none.
   *
   * @throws Error when there is one that can't be read now. It is still kept.
   */
  get(name: string): Promise<string | undefined>
  set(name: string, value: string): Promise<void>
  delete(name: string): Promise<void>
}

/** Secrets that live as long as this process. */
export function memorySecrets(): SecretsStore {
  const secrets = new Map<string, string>()
  return {
    place: 'memory',
    get: async name => secrets.get(name),
    set: async (name, value) => void secrets.set(name, value),
    delete: async name => void secrets.delete(name),
  }
}
