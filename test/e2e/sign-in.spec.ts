import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from './fixtures.ts'
import { CLI } from './paths.ts'

const SIGNED_OUT = 'Open the link that the terminal shows'

test('a browser that is not signed in is told how to be, and goes on by itself once it is', async ({
  serve,
  browser,
  cli,
}) => {
  const { url } = await serve()
  const context = await browser.newContext()
  const stranger = await context.newPage()
  const problems: string[] = []
  stranger.on('console', message => message.type() === 'error' && problems.push(message.text()))
  await stranger.goto(url)
  await expect(stranger.getByRole('heading')).toHaveText('Open the link that the terminal shows')
  await expect(stranger.getByRole('alert')).toHaveCount(0)
  await expect(stranger.getByRole('contentinfo')).toHaveCount(0)
  expect(problems).toEqual([])
  for (const colorScheme of ['light', 'dark'] as const) {
    await stranger.emulateMedia({ colorScheme })
    const { violations } = await new AxeBuilder({ page: stranger }).analyze()
    expect(violations.map(({ id, nodes }) => `${colorScheme} ${id}: ${nodes[0]!.html}`)).toEqual([])
  }
  const link = JSON.parse((await cli('open', '--json')).stdout).url
  const other = await context.newPage()
  await other.goto(link)
  await expect(stranger.getByText('Master running')).toBeVisible()
  // A link that was used is no hindrance to a browser that is signed in, and is told to any other.
  await other.goto(link)
  await expect(other.getByText('Master running')).toBeVisible()
  const late = await (await browser.newContext()).newPage()
  await late.goto(link)
  await expect(late.getByText('That link was used before')).toBeVisible()
})

test('two desks in one browser leave each other alone, and no other server is shown the session', async ({
  serve,
  context,
  dataDir,
  env,
}) => {
  const first = await serve()
  const second = await run(['serve', '--data', `${dataDir}-2`, '--http', '127.0.0.1:0'], env)
  const page = await context.newPage()
  await page.goto(await second.link)
  await expect(page.getByText('Master running')).toBeVisible()
  await first.page.reload()
  await expect(first.page.getByText('Master running')).toBeVisible()

  let seen: IncomingHttpHeaders | undefined
  const spy = createServer((request, response) => {
    seen ??= request.headers
    response.end('<title>spy</title>')
  })
  await new Promise<void>(done => spy.listen(0, '127.0.0.1', done))
  const { port } = spy.address() as AddressInfo
  await page.goto(`http://127.0.0.1:${port}/`)
  expect([seen?.host, seen?.cookie, seen?.authorization]).toEqual([
    `127.0.0.1:${port}`,
    undefined,
    undefined,
  ])
  expect(await page.evaluate(() => localStorage.length)).toBe(0)
  spy.closeAllConnections()
  spy.close()
  await second.stop()
})

test('without a display that answers, the last line of a start is a link that lets in, again and again', async ({
  dataDir,
  env,
  browser,
}) => {
  const started = await run(['--data', dataDir], { ...env, DISPLAY: ':77', WAYLAND_DISPLAY: '' })
  const link = await started.link
  for (let i = 0; i < 2; i++) {
    const page = await (await browser.newContext()).newPage()
    await page.goto(link)
    await expect(page.getByText('Master running')).toBeVisible()
  }
  expect(started.said()).toContain('the display :77 does not answer')
  expect(started.said().trimEnd().split('\n').at(-1)).toBe(`open ${link} in a browser`)
  expect(started.said().match(/https?:\/\//g)).toHaveLength(1)
  await started.stop()
})

test('a session outlives the master, is ended by the command line, and by its own browser', async ({
  serve,
  context,
  cli,
}) => {
  const { page, url, stop } = await serve()
  await expect(page.getByText('Master running')).toBeVisible()
  const [session] = JSON.parse((await cli('sessions', '--json')).stdout)
  expect(session.browser).toMatch(/^Chrome on /)
  await stop()
  const again = await serve({ port: Number(new URL(url).port) })
  await again.page.close()
  await page.reload()
  await expect(page.getByText('Master running')).toBeVisible()

  expect((await cli('sessions', '--end', session.id)).stdout).toBe('signed out 1 browser\n')
  await expect(page.getByRole('heading', { name: SIGNED_OUT })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('heading', { name: SIGNED_OUT })).toBeVisible()
  expect(await cli('sessions', '--end', session.id)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no session'),
  })

  const own = await context.newPage()
  await own.goto(JSON.parse((await cli('open', '--json')).stdout).url)
  await own.goto(`${url}/#/settings`)
  await own.getByRole('button', { name: 'Sign out this browser' }).click()
  await expect(own.getByRole('heading', { name: SIGNED_OUT })).toBeVisible()
  expect(JSON.parse((await cli('sessions', '--json')).stdout)).toEqual([])
})

/** A master beside that of the fixtures. */
async function run(args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const link = new Promise<string>((resolve, reject) => {
    for (const pipe of [child.stdout, child.stderr])
      pipe.on('data', text => {
        said += text
        const found = /^open (\S+) in a browser/m.exec(said)?.[1]
        if (found) resolve(found)
      })
    child.once('exit', code => reject(new Error(`it ended with ${code}:\n${said}`)))
  })
  return {
    link,
    said: () => said,
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGINT')
      await ended
    },
  }
}
