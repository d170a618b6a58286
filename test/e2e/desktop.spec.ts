import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bridge } from '../../main/bridge/contract.ts'
import { RETRY, SUCCESS } from '../../main/master/results.ts'
import { addAndBuild, ask, untilBuild } from './desk-helpers.ts'
import { answerDialogues, clickMenu, lastRun, runOnce, shownDialogues } from './desktop-helpers.ts'
import { expect, ON, onlyOnDouble, test } from './fixtures.ts'
import { ELECTRON } from './paths.ts'
import { makeSample } from './sample.ts'

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

test(`on Wayland, where a hidden window is never ready to be shown, it is shown${ON}`, async ({
  launch,
}) => {
  onlyOnDouble('a real Electron is on Wayland or is not')
  const { browserWindow } = await launch({ env: { ELECTRON_DOUBLE_WAYLAND: '1' } })

  await expect.poll(() => browserWindow.isVisible!()).toBe(true)
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
  home,
  repository,
}) => {
  const application = await launch()
  const { page, browserWindow, client } = application
  await browserWindow.minimize!()
  const { path } = makeSample(join(home, 'second'))

  const second = await runOnce(application.getSettings(), [`--add=${path}`])

  expect(second).toEqual({ code: 0, stderr: '' })
  const build = await untilBuild(page, { complete: true })
  expect(build).toMatchObject({ number: 1, results: SUCCESS })
  const { projects } = await ask(page, 'desk:snapshot')
  expect(projects).toMatchObject([{ name: 'second', repository: path }])
  expect(await browserWindow.isMinimized!()).toBe(false)
  expect(await client.getWindowCount()).toBe(1)

  // Nobody can guess how this one is built: its proposal is shown, and asks.
  await runOnce(application.getSettings(), [`--add=${repository('third')}`])
  await expect(page.getByText('still needs a command')).toBeVisible()
})

test(`a data directory that a headless master has is left alone${ON}`, async ({
  serve,
  desktopArguments,
  dataDir,
  env,
}) => {
  onlyOnDouble('Electron itself waits until somebody has read the message')
  const served = await serve()
  const before = readdirSync(dataDir)

  const { code, stderr } = await runOnce({ path: ELECTRON, args: desktopArguments, env })

  expect(code).toBe(1)
  expect(stderr).toContain('Triphammer is already running')
  expect(stderr).toContain(`process ${served.process.pid} (headless, version`)
  // The running master writes these, with its first sync and as its browser signs in.
  const known = [...before, 'acknowledged.json', 'sessions.json']
  expect(readdirSync(dataDir).filter(name => !known.includes(name))).toEqual(['browser'])
  expect(await served.stop()).toBe(0)
})

test(`a build that is left to finish goes on while the app is away, and ends as itself${ON}`, async ({
  launch,
  repository,
  dataDir,
  home,
}) => {
  const application = await launch()
  const go = join(home, 'go')
  await addAndBuild(
    application.page,
    repository(),
    `echo on; while [ ! -e '${go}' ]; do sleep 0.05; done; echo over`,
  )
  const { id } = await untilBuild(application.page, { complete: false, state: 'run' })
  await answerDialogues(application, [0])

  await clickMenu(application, 'quit')

  expect(await application.exited).toEqual({ code: 0, signal: null })
  expect(lastRun(dataDir)).toMatchObject({ ending: 'clean', stood: { build: id } })
  writeFileSync(go, '')
  await application.start()
  const build = await untilBuild(application.page, { complete: true })
  expect(build).toMatchObject({ id, number: 1, results: SUCCESS })
})

test(`a build that is stopped at the quit is built again, and a quit can be taken back${ON}`, async ({
  launch,
  repository,
}) => {
  const application = await launch()
  await addAndBuild(application.page, repository(), 'sleep 600')
  const { id } = await untilBuild(application.page, { complete: false, state: 'run' })
  const asked = await answerDialogues(application, [2, 1])

  await clickMenu(application, 'quit')
  await expect.poll(asked).toEqual([['A build is running.', 'Let it finish', 'Stop it', 'Cancel']])
  expect((await ask(application.page, 'build:details', id)).build.completeAt).toBe(null)
  await clickMenu(application, 'quit')

  expect(await application.exited).toEqual({ code: 0, signal: null })
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

  await application.start()

  const { builds } = await ask(application.page, 'desk:snapshot')
  expect(builds).toEqual([build])
  const kept = readdirSync(dataDir).filter(name => name.startsWith('state.corrupt-'))
  expect(kept.map(name => readFileSync(join(dataDir, name), 'utf8'))).toEqual(['{"theme": "da'])
  expect(readFileSync(join(dataDir, 'app.log'), 'utf8')).toContain('could not be read')
  if (ON) expect(await shownDialogues(application)).toEqual(['The preferences could not be read'])
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

test(`started by a launcher, builds find what the dot files of the shell add${ON}`, async ({
  launch,
  home,
  dataDir,
  cli,
}) => {
  writeFileSync(join(home, '.bash_profile'), 'echo banner; export FROM_DOT_FILES=yes\n')
  mkdirSync(dataDir)
  const config = 'builders: [{ name: show, steps: [{ shell: "echo got $FROM_DOT_FILES" }] }]\n'
  writeFileSync(join(dataDir, 'master.yml'), config)
  const app = await launch({ env: { SHLVL: '0', SHELL: '/bin/bash', TERM_PROGRAM: undefined! } })

  expect((await cli('force', 'show', '--wait')).stdout).toContain('got yes')
  await app.page.evaluate(() => {
    location.hash = '#/settings'
  })
  await expect(app.page.getByText('What bash sets up for a terminal')).toBeVisible()
  await app.page.getByRole('button', { name: 'Pin', exact: true }).click()
  await expect(app.page.getByText('Kept as it was')).toBeVisible()
})
