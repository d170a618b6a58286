import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createPageHandler, registerPageScheme } from '../../main/app/page-protocol.ts'
import type { ProtocolPort } from '../../main/app/ports.ts'
import { PAGE_POLICY } from '../../main/http/page.ts'
import type { Master } from '../../main/master/master.ts'
import { temporaryFolder } from '../helpers/folders.ts'

function handler() {
  const folder = temporaryFolder('page')
  const staticDir = join(folder, 'renderer')
  mkdirSync(join(staticDir, 'assets'), { recursive: true })
  writeFileSync(join(staticDir, 'index.html'), '<title>Triphammer</title>')
  writeFileSync(join(staticDir, 'assets', 'main-1a2b.js'), 'start()')
  writeFileSync(join(folder, 'api-token'), 'not to be read')
  writeFileSync(join(folder, 'renderer-secret'), 'not to be read')
  const master = { data: { log: () => undefined, artifactsOfBuild: () => [] } }
  const answer = createPageHandler(master as unknown as Master, () => {}, staticDir)
  return (url: string, method = 'GET') => answer(new Request(url, { method }))
}

test('the page comes with its policy', async () => {
  const answer = await handler()('app://triphammer/')

  expect(await answer.text()).toBe('<title>Triphammer</title>')
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': PAGE_POLICY,
    'x-content-type-options': 'nosniff',
  })
})

test('a built file keeps, since its name holds its content', async () => {
  const answer = await handler()('app://triphammer/assets/main-1a2b.js')

  expect(await answer.text()).toBe('start()')
  expect(answer.headers.get('cache-control')).toContain('immutable')
})

test.each([
  'app://triphammer/../api-token',
  'app://triphammer/..%2fapi-token',
  'app://triphammer/%2e%2e/api-token',
  'app://triphammer/%2e%2e%2fapi-token',
  'app://triphammer/assets/..%2f..%2fapi-token',
  'app://triphammer/..%2frenderer-secret',
  'app://triphammer/..%5capi-token',
  'app://triphammer//etc/passwd',
  'app://triphammer/%2fetc%2fpasswd',
  'app://triphammer/index.html%00.js',
  'app://triphammer/%ff',
  'app://triphammer/%',
  'app://triphammer/assets',
  'app://triphammer/absent.js',
  'app://elsewhere/',
  'app://triphammer/download/logs/1',
  'app://triphammer/download/builds/1/..%2f..%2fapi-token',
  'app://triphammer/api/v2/builders',
])('%s leads nowhere', async url => {
  const answer = await handler()(url)

  expect(answer.status).toBe(404)
  expect(await answer.text()).not.toContain('not to be read')
})

test('only reading is answered', async () => {
  const ask = handler()

  const head = await ask('app://triphammer/', 'HEAD')
  expect({ status: head.status, body: await head.text() }).toEqual({ status: 200, body: '' })
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
    expect((await ask('app://triphammer/', method)).status).toBe(405)
})

test('the scheme is a secure origin, and nothing passes its policy by', () => {
  let registered: unknown
  const protocol = {
    registerSchemesAsPrivileged(schemes: unknown) {
      registered = schemes
    },
  }

  registerPageScheme(protocol as ProtocolPort)

  expect(registered).toEqual([
    {
      scheme: 'app',
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ])
})
