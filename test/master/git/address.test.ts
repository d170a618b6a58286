import { expect, test } from 'vitest'
import { maskAddresses, splitAddress, withLogin } from '../../../main/master/git/address.ts'

const TOKEN = 'ghp_0123456789abcdefghijABCDEFGHIJ012345'

test.each([
  ['https://example.org/calc.git', 'https://example.org/calc.git', null],
  ['https://ada@example.org/calc.git', 'https://ada@example.org/calc.git', null],
  ['https://ada:pw@example.org:8443/c', 'https://ada@example.org:8443/c', ['ada', 'pw']],
  ['https://ada:p%40w%2F@example.org/c', 'https://ada@example.org/c', ['ada', 'p@w/']],
  ['https://ada:p@w@example.org/c', 'https://ada@example.org/c', ['ada', 'p@w']],
  ['https://ada:p/w@example.org/c', 'https://ada@example.org/c', ['ada', 'p/w']],
  ['https://ada:100%@example.org/c', 'https://ada@example.org/c', ['ada', '100%']],
  [
    `https://x-access-token:${TOKEN}@e.org/c`,
    'https://x-access-token@e.org/c',
    ['x-access-token', TOKEN],
  ],
  [`https://${TOKEN}@example.org/c`, 'https://example.org/c', [TOKEN, '']],
  [`https://${TOKEN}:x-oauth-basic@e.org/c`, 'https://e.org/c', [TOKEN, 'x-oauth-basic']],
  ['ssh://git@example.org:22/calc@v1', 'ssh://git@example.org:22/calc@v1', null],
  ['https://example.org:8443/calc@v1/x', 'https://example.org:8443/calc@v1/x', null],
  ['git@example.org:ada/calc.git', 'git@example.org:ada/calc.git', null],
  ['/srv/git/calc:1@2', '/srv/git/calc:1@2', null],
  ['C:\\git\\calc', 'C:\\git\\calc', null],
])('%s is shown as %s', (repository, address, login) => {
  const split = splitAddress(repository)
  expect([split.address, split.login && [split.login.username, split.login.password]]).toEqual([
    address,
    login,
  ])
  // Masking once more, and by the way that texts are masked, changes nothing.
  expect(splitAddress(address)).toEqual({ address, login: null })
  expect(maskAddresses(address)).toBe(address)
})

test('passwords go from any text, and nothing else does', () => {
  const text = `fatal: unable to access 'https://ada:pw@example.org/a': <http://${TOKEN}@e.org> (mail ada@example.org, 10:30)`
  expect(maskAddresses(text)).toBe(
    "fatal: unable to access 'https://ada@example.org/a': <http://e.org> (mail ada@example.org, 10:30)",
  )
})

test('settings that the environment has for git stay', () => {
  const env = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'a.b', GIT_CONFIG_VALUE_0: 'c' }
  const login = { username: 'ada', password: 'pw' }
  const found = withLogin(env, { address: 'https://ada@example.org:8443/c', login })
  expect(found).toMatchObject({
    ...env,
    GIT_CONFIG_COUNT: '3',
    GIT_CONFIG_KEY_1: 'credential.https://example.org:8443.helper',
    GIT_CONFIG_VALUE_1: '',
    GIT_CONFIG_KEY_2: 'credential.https://example.org:8443.helper',
  })
})
