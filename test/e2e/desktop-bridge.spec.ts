import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Bridge } from '../../main/bridge/contract.ts'
import { addAndBuild, ask, untilBuild } from './desk-helpers.ts'
import { clickMenu } from './desktop-helpers.ts'
import { expect, ON, onlyOnDouble, test } from './fixtures.ts'

interface Opened {
  readonly opened: readonly string[]
}

test(`a refused request says why, and nothing else${ON}`, async ({ launch }) => {
  const { page } = await launch()

  const refusals = await page.evaluate(async () => {
    type Request = (channel: string, ...args: unknown[]) => Promise<unknown>
    const { triphammer } = window as unknown as { triphammer: { request: Request } }
    const why = (asked: Promise<unknown>) => asked.catch((error: Error) => error.message)
    return [
      await why(triphammer.request('build:details', 7)),
      await why(triphammer.request('build:details', 'seven')),
      await why(triphammer.request('no:such')),
    ]
  })

  expect(refusals).toEqual([
    'there is no build 7',
    expect.stringMatching(/^build:details: /),
    'there is no request "no:such"',
  ])
})

test(`menu items that act in the page are handed to it${ON}`, async ({ launch }) => {
  const application = await launch()
  const commands = ['add-repository', 'palette', 'waterfall', 'settings']
  const heard = await application.page.evaluateHandle(() => {
    const { triphammer } = window as unknown as { triphammer: Bridge }
    const heard: string[] = []
    triphammer.onCommand?.(command => heard.push(command))
    return heard
  })

  for (const id of commands) await clickMenu(application, id)

  await expect.poll(() => heard.jsonValue()).toEqual(commands)
})

test(`a page from elsewhere gets no answer, even with our preload${ON}`, async ({ launch }) => {
  const elsewhere = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<title>Elsewhere</title>')
  })
  await new Promise<void>(resolve => elsewhere.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`
  const application = await launch()

  const answer = await application.app.evaluate(async ({ app, BrowserWindow }, url) => {
    const preload = `${app.getAppPath()}/out/preload/preload.cjs`
    const window = new BrowserWindow({ show: false, webPreferences: { preload } })
    await window.loadURL(url)
    return window.webContents.executeJavaScript(
      `triphammer.request('desk:snapshot').catch(error => error.message)`,
    )
  }, url)

  expect(answer).toBe('This page may not ask anything of Triphammer.')
  elsewhere.closeAllConnections()
  elsewhere.close()
})

test(`no link and no script leads the window away${ON}`, async ({ launch }) => {
  onlyOnDouble('a real Electron would open a page in the browser of this machine')
  const application = await launch()
  const { page } = application
  const here = new URL(page.url()).origin

  await page.evaluate(() => {
    const link = document.createElement('a')
    link.href = 'http://127.0.0.1:9/elsewhere'
    link.click()
    window.open('https://example.invalid/docs')
    window.open('file:///etc/passwd')
  })

  const log = () => application.app.evaluate(({ shell }) => (shell as never as Opened).opened)
  await expect.poll(log).toEqual(['https://example.invalid/docs'])
  expect(new URL(page.url()).origin).toBe(here)
  expect(await application.client.getWindowCount()).toBe(1)
})

test(`the command line reaches the desktop app${ON}`, async ({ launch, cli, repository }) => {
  const { page } = await launch()
  await addAndBuild(page, repository(), 'echo hello')
  await untilBuild(page, { complete: true })

  const status = await cli('status')

  expect(status).toMatchObject({ code: 0, stderr: '' })
  expect(status.stdout).toContain('calc')
})

test(`a log can be downloaded, whatever its length${ON}`, async ({ launch, repository, home }) => {
  const application = await launch()
  const { page } = application
  await addAndBuild(page, repository(), 'seq 1 300000')
  const { id } = await untilBuild(page, { complete: true })
  const { logs } = await ask(page, 'build:details', id)
  const log = logs.find(({ byteCount }) => byteCount > 1_000_000)!
  const path = join(home, 'downloaded.txt')

  const finished = application.app.evaluate(
    ({ session }, path) =>
      new Promise<string[]>(resolve =>
        session.defaultSession.once('will-download', (_event, item) => {
          item.setSavePath(path)
          item.once('done', (_event, state) => resolve([state, item.getFilename(), item.getURL()]))
        }),
      ),
    path,
  )
  await page.evaluate(async id => {
    const { triphammer } = window as unknown as { triphammer: Bridge }
    const link = document.createElement('a')
    link.href = `${await triphammer.downloadUrl({ kind: 'log', id })}?streams=stdout`
    link.download = ''
    link.click()
  }, log.id)

  expect(await finished).toEqual([
    'completed',
    'calc-1-run-stdio.txt',
    `app://triphammer/download/logs/${log.id}?streams=stdout`,
  ])
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([300_000, '1', '300000'])
})
