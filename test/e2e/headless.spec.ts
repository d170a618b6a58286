import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { addAndBuild, box } from './desk-helpers.ts'
import { expect, test } from './fixtures.ts'

test('the one-time URL lets one browser in, once', async ({ serve, browser }) => {
  const { page, url } = await serve()

  await expect(page).toHaveTitle(/Triphammer/)
  expect(page.url()).not.toContain('ticket')
  await expect(page.getByText('Master running')).toBeVisible()
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

test('a page whose line was cut says so, and asks only for what it missed', async ({
  serve,
  repository,
  context,
  cli,
}) => {
  const asked: string[] = []
  let cut = false
  let pull = () => {}
  await context.routeWebSocket(/\/bridge$/, socket => {
    if (cut) return void socket.close()
    const master = socket.connectToServer()
    socket.onMessage(text => {
      asked.push(JSON.parse(String(text)).channel)
      master.send(text)
    })
    pull = () => {
      cut = true
      void socket.close()
      void master.close()
    }
  })
  const { page } = await serve()
  await addAndBuild(page, repository(), 'true')
  await expect(box(page, 'calc, build 1, succeeded')).toBeVisible()
  const before = await page.evaluate(() => performance.timeOrigin)

  pull()
  await expect(page.getByText('Disconnected').first()).toBeVisible()
  asked.length = 0
  expect((await cli('force', 'calc', '--wait')).code).toBe(0)
  cut = false

  await expect(box(page, 'calc, build 2, succeeded')).toBeVisible()
  await expect(page.getByText('Disconnected')).toHaveCount(0)
  expect([asked.includes('news:since'), asked.includes('desk:snapshot')]).toEqual([true, false])
  expect(await page.evaluate(() => performance.timeOrigin)).toBe(before)
})
