import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Bridge } from '../../main/bridge/contract.ts'
import type { LastRun } from '../../main/host/state.ts'
import { RETRY, SUCCESS } from '../../main/master/results.ts'
import type { Application } from './application.ts'
import { addAndBuild, ask, untilBuild } from './desk-helpers.ts'
import { expect, ON, test } from './fixtures.ts'
import { ELECTRON } from './paths.ts'

test(`the window shows the page, which has nothing of Electron but the bridge${ON}`, async ({
  launch,
}) => {
  const { page, client, browserWindow, rendererProcess } = await launch()

  await expect(page).toHaveTitle(/Triphammer/)
  expect(await client.getWindowCount()).toBe(1)
  await expect.poll(() => browserWindow.isVisible!()).toBe(true)
  expect(
    await page.evaluate(() => {
      const { triphammer } = window as unknown as { triphammer: Bridge }
      return {
        shell: triphammer.shell,
        node: [typeof require, typeof process, typeof module],
        dropped: triphammer.pathOfDropped(new File([], 'made-by-a-page')),
      }
    }),
  ).toEqual({
    shell: 'desktop',
    node: ['undefined', 'undefined', 'undefined'],
    dropped: null,
  })
  const policy = await page.evaluate(async () =>
    (await fetch(location.href)).headers.get('content-security-policy'),
  )
  expect(policy).toContain("default-src 'none'; script-src 'self'")
  await expect(rendererProcess.version!()).rejects.toThrow('sandbox')
})

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

test(`history is there again after a restart${ON}`, async ({ launch, repository, dataDir }) => {
  const application = await launch()
  await addAndBuild(application.page, repository(), 'echo hello')
  const build = await untilBuild(application.page, { complete: true })
  expect(build).toMatchObject({ number: 1, results: SUCCESS })

  await application.restart()

  const { builds, changes } = await ask(application.page, 'desk:snapshot')
  expect({ builds, changes: changes.length }).toEqual({ builds: [build], changes: 1 })
  expect(lastRun(dataDir)).toMatchObject({ ending: 'running', stood: { build: build.id } })
})

test(`a second start shows the first window, adds its repository and leaves${ON}`, async ({
  launch,
  repository,
}) => {
  const application = await launch()
  const { page, browserWindow, client } = application
  await browserWindow.minimize!()
  const folder = repository('second')

  const second = await runOnce(application.getSettings(), [`--add=${folder}`])

  expect(second).toEqual({ code: 0, stderr: '' })
  const build = await untilBuild(page, { complete: true })
  expect(build).toMatchObject({ number: 1, results: SUCCESS })
  const { projects } = await ask(page, 'desk:snapshot')
  expect(projects).toMatchObject([{ name: 'second', repository: folder }])
  expect(await browserWindow.isMinimized!()).toBe(false)
  expect(await client.getWindowCount()).toBe(1)
})

test(`a data directory that a headless master has is left alone${ON}`, async ({
  serve,
  desktopArguments,
  dataDir,
  env,
}) => {
  test.skip(!ON, 'Electron itself waits until somebody has read the message.')
  const served = await serve()
  const before = readdirSync(dataDir)

  const { code, stderr } = await runOnce({ path: ELECTRON, args: desktopArguments, env })

  expect(code).toBe(1)
  expect(stderr).toContain('Triphammer is already running')
  expect(stderr).toContain(`process ${served.process.pid} (headless, version`)
  expect(readdirSync(dataDir).filter(name => !before.includes(name))).toEqual(['browser'])
  expect(await served.stop()).toBe(0)
})

test(`quitting from the menu stops a running build in order${ON}`, async ({
  launch,
  repository,
  dataDir,
}) => {
  const application = await launch()
  await addAndBuild(application.page, repository(), 'sleep 600')
  const { id } = await untilBuild(application.page, { complete: false, state: 'run' })

  await clickMenu(application, 'quit')

  expect(await application.exited).toEqual({ code: 0, signal: null })
  expect(lastRun(dataDir)).toMatchObject({ ending: 'clean', stood: { build: id } })
  await application.start()
  const { build } = await ask(application.page, 'build:details', id)
  expect(build.results).toBe(RETRY)
})

test(`SIGTERM quits in order${ON}`, async ({ launch, dataDir }) => {
  const application = await launch()

  process.kill(application.pid, 'SIGTERM')

  expect(await application.exited).toEqual({ code: 0, signal: null })
  expect(lastRun(dataDir)?.ending).toBe('clean')
  expect(existsSync(join(dataDir, 'lock.json'))).toBe(false)
})

test(`after kill -9 and a damaged state.json, history is whole and the person is told${ON}`, async ({
  launch,
  repository,
  dataDir,
}) => {
  const application = await launch()
  await addAndBuild(application.page, repository(), 'echo hello')
  const build = await untilBuild(application.page, { complete: true })
  process.kill(application.pid, 'SIGKILL')
  expect(await application.exited).toEqual({ code: null, signal: 'SIGKILL' })
  expect(lastRun(dataDir)?.ending).toBe('running')
  writeFileSync(join(dataDir, 'state.json'), '{"theme": "da')

  // What a dialogue would say is written down before there can be one.
  await application.start()

  const { builds } = await ask(application.page, 'desk:snapshot')
  expect(builds).toEqual([build])
  const kept = readdirSync(dataDir).filter(name => name.startsWith('state.corrupt-'))
  expect(kept.map(name => readFileSync(join(dataDir, name), 'utf8'))).toEqual(['{"theme": "da'])
  expect(readFileSync(join(dataDir, 'app.log'), 'utf8')).toContain('could not be read')
  expect(lastRun(dataDir)?.ending).toBe('running')
})

test(`a state.json of a later version is left untouched${ON}`, async ({ launch, dataDir }) => {
  const application = await launch()
  await application.stop()
  const later = { theme: 'dark', shiny: true, __internal__: { migrations: { version: '99.0.0' } } }
  writeFileSync(join(dataDir, 'state.json'), JSON.stringify(later))

  await application.start()
  await clickMenu(application, 'theme-light')
  await application.stop()

  expect(JSON.parse(readFileSync(join(dataDir, 'state.json'), 'utf8'))).toEqual(later)
})

test(`the theme of the menu and the place of the window last${ON}`, async ({ launch }) => {
  const application = await launch()
  const isDark = () =>
    application.page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)

  await clickMenu(application, 'theme-dark')
  await expect.poll(isDark).toBe(true)
  await application.browserWindow.setBounds!({ x: 40, y: 30, width: 900, height: 600 })
  await application.restart()

  await expect.poll(isDark).toBe(true)
  expect(await application.browserWindow.getNormalBounds!()).toEqual({
    x: 40,
    y: 30,
    width: 900,
    height: 600,
  })
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
  test.skip(!ON, 'Only the double notes what would have been opened.')
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
  await page.evaluate(id => {
    const { triphammer } = window as unknown as { triphammer: Bridge }
    const link = document.createElement('a')
    link.href = `${triphammer.downloadUrl({ kind: 'log', id })}?streams=stdout`
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

interface Opened {
  readonly opened: readonly string[]
}

function lastRun(dataDir: string): LastRun | null {
  return JSON.parse(readFileSync(join(dataDir, 'state.json'), 'utf8')).lastRun
}

// In a later turn: the answer has to be on its way before the app ends.
function clickMenu({ app }: Application, id: string): Promise<void> {
  return app.evaluate(({ Menu }, id) => {
    setTimeout(() => Menu.getApplicationMenu()!.getMenuItemById(id)!.click(), 0)
  }, id)
}

interface Program {
  readonly path: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Starts the app without a driver, for a start that ends by itself. */
function runOnce(
  { path, args, env }: Program,
  more: readonly string[] = [],
): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, ['--no-sandbox', ...args, ...more], { env, stdio: 'pipe' })
    let stderr = ''
    child.stderr.on('data', part => {
      stderr += part
    })
    child.once('error', reject)
    child.once('close', code => resolve({ code, stderr }))
  })
}
