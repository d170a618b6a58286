import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from './fixtures.ts'

test('the one-time URL lets one browser in, once', async ({ serve, browser }) => {
  const { page, url } = await serve()

  await expect(page).toHaveTitle(/Triphammer/)
  expect(page.url()).not.toContain('ticket')
  const stranger = await browser.newPage()
  const refused = await stranger.request.get(`${url}/api/v2/builders`)
  expect(refused.status()).toBe(401)
  await stranger.close()
})

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  test(`the headless master ends in order on ${signal}, and says so in state.json`, async ({
    serve,
    dataDir,
  }) => {
    const { stop } = await serve()
    const state = join(dataDir, 'state.json')
    expect(JSON.parse(readFileSync(state, 'utf8')).lastRun.ending).toBe('running')

    expect(await stop(signal)).toBe(0)

    expect(JSON.parse(readFileSync(state, 'utf8')).lastRun.ending).toBe('clean')
    expect(statSync(state).mode & 0o777).toBe(0o600)
    expect(existsSync(join(dataDir, 'lock.json'))).toBe(false)
  })
