/**
 * Where the master keeps what it must show again, such as the keys of slaves that
 * it dials. A shell hands in the best that its system has.
 */
export interface SecretsStore {
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
    get: async name => secrets.get(name),
    set: async (name, value) => void secrets.set(name, value),
    delete: async name => void secrets.delete(name),
  }
}

const SECRET_NAME = /TOKEN|SECRET|PASS|KEY|CREDENTIAL|AUTH|COOKIE|PRIVATE|PWD$/i
// A password in an address, a private key, and the beginnings by which keys of well-known services are known.
const SECRET_VALUE =
  /:\/\/[^/\s@:]*:[^/\s@]+@|-----BEGIN |\b(gh[pousr]_|github_pat_|glpat-|sk-|AKIA|xox[abp]-|npm_|eyJ[\w-]{10})/

/** Whether a variable seems to hold what nobody should read who looks over a shoulder. */
export function looksSecret(name: string, value: string): boolean {
  return (SECRET_NAME.test(name) && !/^(OLD)?PWD$/.test(name)) || SECRET_VALUE.test(value)
}
