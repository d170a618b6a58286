/** What a server asks for. */
export interface Login {
  readonly username: string
  readonly password: string
}

/** The address of a repository as it may be shown and stored, and what it says to log in with. */
export interface SplitAddress {
  readonly address: string
  readonly login: Login | null
}

// Some passwords hold "@", and "/" that nobody has written as %2F.
const WITH_USER = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*|[^/?#:]*:(?!\d*\/)[^?#]*)@([^@/?#]+.*)$/i
const IN_TEXT = /([a-z][a-z0-9+.-]*:\/\/)([^\s/?#'"<>()[\]]*)@/gi
// Beginnings of tokens of well-known services; besides, no person has so long a name.
const TOKEN = /^(gh[pousr]_|github_pat_|glpat-|npm_|xox[abp]-)|^[\w-]{24,}$/

/** Parts an address from the password in it. The name of the user stays, unless it is a token. */
export function splitAddress(repository: string): SplitAddress {
  const [, scheme, user, rest] = WITH_USER.exec(repository) ?? []
  if (scheme === undefined || user === undefined) return { address: repository, login: null }
  const { shown, login } = readUser(user)
  return { address: `${scheme}${shown === '' ? '' : `${shown}@`}${rest}`, login }
}

/** An address, or a text that holds some, without passwords. */
export function maskAddresses(text: string): string {
  return text.includes('@') && text.includes('://')
    ? text.replace(IN_TEXT, (whole, scheme: string, user: string) => {
        const { shown, login } = readUser(user)
        if (login === null) return whole
        return `${scheme}${shown === '' ? '' : `${shown}@`}`
      })
    : text
}

function readUser(user: string): { shown: string; login: Login | null } {
  const colon = user.indexOf(':')
  const [name, password] = colon < 0 ? [user, ''] : [user.slice(0, colon), user.slice(colon + 1)]
  const isToken = TOKEN.test(name)
  if (colon < 0 && !isToken) return { shown: user, login: null }
  // Services that take a token as the name want nothing, or this, as the password.
  const isSecret = isToken || password === '' || password === 'x-oauth-basic'
  return {
    shown: isSecret ? '' : name,
    login: { username: decode(name), password: decode(password) },
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A percent sign that nobody has written as %25.
    return text
  }
}

const USERNAME = 'TRIPHAMMER_GIT_USERNAME'
const PASSWORD = 'TRIPHAMMER_GIT_PASSWORD'
// Git runs it by a shell. Only the names of the variables are in it, so that it may be seen.
const HELPER = `!f() { test "$1" = get && printf 'username=%s\\npassword=%s\\n' "$${USERNAME}" "$${PASSWORD}"; }; f`

/** The settings by which git logs in at the server of `address`, and nowhere else. */
export function loginSettings(address: string): readonly (readonly [key: string, value: string])[] {
  const [server] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(address) ?? []
  if (server === undefined) return []
  const key = `credential.${server.replace(/\/\/[^@]*@/, '//')}.helper`
  // The person's own helpers are not asked, and get nothing to keep.
  return [
    [key, ''],
    [key, HELPER],
  ]
}

/** The variables that go with those settings. */
export function loginVariables({ username, password }: Login): Record<string, string> {
  return { [USERNAME]: username, [PASSWORD]: password }
}

/** The environment of a git on this machine that logs in. */
export function withLogin(
  env: Readonly<Record<string, string>>,
  { address, login }: SplitAddress,
): Readonly<Record<string, string>> {
  if (login === null) return env
  const before = Number(env.GIT_CONFIG_COUNT ?? 0)
  const settings = loginSettings(address)
  const numbered = settings.flatMap(([key, value], i) => [
    [`GIT_CONFIG_KEY_${before + i}`, key],
    [`GIT_CONFIG_VALUE_${before + i}`, value],
  ])
  return {
    ...env,
    ...Object.fromEntries(numbered),
    GIT_CONFIG_COUNT: String(before + settings.length),
    ...loginVariables(login),
  }
}
