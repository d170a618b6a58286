import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { openDatabase } from '../../main/master/db/database.ts'
import { makeDemo } from '../../scripts/demo.mjs'
import { historyConfig, makeHistory } from '../bench/history.ts'
import { releaseData } from '../helpers/releases.ts'
import { ask, untilBuild } from './desk-helpers.ts'
import { goToView } from './every-view.ts'
import { makeSample } from './sample.ts'
import { makeLogDesk } from './sample-log.ts'
import { expect, test } from './slave-fixtures.ts'

// npm run screenshots: every view with real builds in it, light and dark, at three sizes. The
// pictures that the docs use are committed; the rest is there to be looked at.
const FOLDER = process.env.TRIPHAMMER_SCREENSHOTS
const SIZES = { '': [1440, 900], '-narrow': [760, 900], '-wide': [2560, 1300] } as const
const VIEWS = {
  console: 'console?who=all',
  grid: 'grid',
  tests: 'tests?order=name',
  test: 'tests?builder=calc-tests&suite=&test=folds+negative+zero',
  search: 'search?q=ok',
  compare: 'compare/calc-tests:4/calc-tests:2',
  builds: 'builds',
  changes: 'changes',
  slaves: 'slaves',
  'slave-load': 'slaves/local/load',
  settings: 'settings',
  news: 'whats-new',
  add: 'add',
  build: 'builds/calc-tests/4',
  'build-tests': 'builds/calc-tests/4/tests',
  'build-properties': 'builds/calc-tests/4/properties',
  'build-timeline': 'builds/calc-tests/4/timeline',
} as const
/** The commit of the story after which two builders are red. */
const RED_AFTER = 5

test.skip(FOLDER === undefined, 'pictures are taken by "npm run screenshots"')
test.describe.configure({ mode: 'serial' })

test('the views of the demo desk', async ({ serve, home }) => {
  test.setTimeout(240_000)
  const { story } = makeDemo(home)
  const { page } = await serve()
  await settled(page, 5)
  for (const [index, commit] of story.entries()) {
    commit()
    await expect(page.getByText(/\d builds? running/)).toBeVisible({ timeout: 15_000 })
    // The last one is caught in the middle of its work.
    if (index < story.length - 1) await settled(page)
    if (index !== RED_AFTER) continue
    for (const view of ['board', 'wall']) {
      await goTo(page, view)
      await takeAll(page, view)
    }
    await goTo(page, 'waterfall')
  }
  await expect(page.getByRole('gridcell', { name: /build \d+, running/ }).first()).toBeVisible()
  await takeAll(page, 'waterfall')
  await goTo(page, 'waterfall?columns=slaves')
  await takeAll(page, 'waterfall-slaves', [''])
  await goTo(page, 'waterfall?columns=builders&width=narrow&fold=calc')
  await takeAll(page, 'waterfall-narrow', [''])
  await goTo(page, 'waterfall?columns=builders')
  await settled(page)
  for (const [name, view] of Object.entries(VIEWS)) {
    await goToView(page, view)
    await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
    await takeAll(page, name)
  }
  await goToView(page, 'waterfall')
  await page.keyboard.press('?')
  await takeAll(page, 'keys', [''])
  await page.getByRole('button', { name: 'What the signs mean' }).click()
  await takeAll(page, 'legend', [''])
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('calc')
  await takeAll(page, 'palette', [''])
  await page.keyboard.press('Escape')
  await page.keyboard.press('Shift+F')
  await takeAll(page, 'force', [''])
})

test('how builders fare over a year', async ({ serve, dataDir }) => {
  makeHistory(dataDir, 8000, 4, 3)
  giveLogs(dataDir)
  writeFileSync(join(dataDir, 'master.yml'), historyConfig(4))
  const { page } = await serve()
  await goTo(page, 'trends?range=year')
  await expect(page.getByRole('img', { name: /^Duration/ })).toBeVisible()
  await takeAll(page, 'trends')
})

test('a year in days, in rows, and summed up', async ({ serve, dataDir }) => {
  makeHistory(dataDir, 3000, 6, 5)
  writeFileSync(join(dataDir, 'master.yml'), historyConfig(6))
  const { page } = await serve()
  await expect(page.locator('.box').first()).toBeVisible()
  await page.locator('#waterfall-board').focus()
  await page.keyboard.press('m')
  await expect(page.locator('.box').first()).toBeVisible()
  await takeAll(page, 'waterfall-events', [''])
  await goTo(page, 'waterfall?zoom=0.1')
  await expect(page.locator('.column [role=cell]').first()).toContainText('builds')
  await page.mouse.move(560, 640)
  await takeAll(page, 'waterfall-days')
  await page.keyboard.press('u')
  await expect(page.getByRole('dialog')).toContainText('median')
  await takeAll(page, 'waterfall-sum', [''])
})

test('the first screen', async ({ serve, home }) => {
  test.setTimeout(120_000)
  const { page } = await serve()
  await expect(page.getByRole('heading').first()).toBeVisible()
  await takeAll(page, 'welcome')
  const { path } = makeSample(join(home, 'calc'))
  await page.getByRole('textbox', { name: /Path/ }).fill(path)
  await page.keyboard.press('Enter')
  await expect(page.getByText(/lines added/)).toBeVisible()
  await takeAll(page, 'proposal')
  await page.getByRole('button', { name: 'Back' }).click()
  await page.getByRole('button', { name: 'Show the demo' }).click()
  await expect(page.getByRole('gridcell', { name: /^demo soak, build 6, running/ })).toBeVisible({
    timeout: 60_000,
  })
  await takeAll(page, 'demo')
})

test('what is shown when a history can not be used', async ({ serve, dataDir }) => {
  releaseData('0.1.0', 'dirty', dataDir)
  await (await serve()).stop()
  writeFileSync(
    join(dataDir, 'history.sqlite'),
    'no database, and long enough for one. '.repeat(100),
  )
  const { page } = await serve()
  await expect(page.getByText('How to go on')).toBeVisible()
  await takeAll(page, 'recovery')
})

test('a log, and the search through all of them', async ({ serve, home, dataDir }) => {
  makeLogDesk(home, dataDir)
  const { page } = await serve()
  const { builders } = await ask(page, 'desk:snapshot')
  for (const { id } of [...builders, ...builders]) {
    const order = { branch: null, revision: null, reason: 'nightly', properties: {} }
    await ask(page, 'build:force', { builderId: id, ...order })
  }
  await untilBuild(page, { complete: true, id: 4 })
  await goTo(page, 'builds/calc-windows/2')
  await expect(page.getByText('3 errors')).toBeVisible()
  await page.keyboard.press('e')
  await expect(page.getByText('Error 1 of 3')).toBeVisible()
  await page.getByLabel('Search in this log').fill('folds_m')
  await expect(page.locator('.log mark').first()).toBeVisible()
  await takeAll(page, 'log')
  await goTo(page, 'search?q=folds_m')
  await expect(page.locator('.search-results mark').first()).toBeVisible()
  await takeAll(page, 'search')
})

test('slaves in each of their states, and attaching one', async ({
  serve,
  home,
  startSlave,
  cableTo,
}) => {
  test.setTimeout(120_000)
  const { story, data } = makeDemo(home, { pace: 4 })
  const file = join(data, 'master.yml')
  const config = readFileSync(file, 'utf8').replace(
    '    tags: [demo]',
    '    tags: [demo]\n  - { name: laptop, tags: [demo, quiet] }\n  - { name: attic, kind: remote, tags: [arm64] }',
  )
  writeFileSync(file, config)
  const far = startSlave(['--listen', '127.0.0.1:0', '--name', 'studio', '--allow-terminal'])
  const address = await far.says(/waits at (\S+)/)
  const code = await far.says(/pairing code ([0-9A-Z]{3}-[0-9A-Z]{3})/)
  const cable = await cableTo(Number(address.split(':').at(-1)))
  const { page } = await serve()
  await settled(page, 5)
  await goTo(page, 'slaves')
  await page.getByRole('button', { name: 'Attach a slave' }).click()
  const dialog = page.getByRole('dialog', { name: 'Attach a slave' })
  await dialog.getByLabel('Address').fill('studio.invalid:9990')
  await expect(dialog.getByRole('alert')).toBeVisible({ timeout: 20_000 })
  await takeAll(page, 'attach-trouble', [''])
  await dialog.getByLabel('Address').fill(`127.0.0.1:${cable.port}`)
  await expect(dialog.getByText(/answers, \d+ ms/)).toBeVisible()
  await dialog.getByLabel('Sign 1 of 6').focus()
  await page.keyboard.type(code.replace('-', ''))
  await takeAll(page, 'attach')
  await dialog.getByRole('button', { name: 'Attach' }).click()
  await expect(dialog.getByText('studio is attached.')).toBeVisible()
  await takeAll(page, 'attach-done', [''])
  await dialog.getByRole('button', { name: 'Show studio' }).click()
  await page.getByRole('button', { name: 'Attach a slave' }).click()
  await dialog.getByRole('button', { name: 'Let it dial in' }).click()
  await takeAll(page, 'attach-dial-in', [''])
  await page.keyboard.press('Escape')

  const until = Date.now() + 3_600_000
  await ask(page, 'slave:pause', { name: 'laptop', reason: 'system updates', until })
  story[0]!()
  await expect(page.getByText(/\d builds?/).first()).toBeVisible()
  await goTo(page, 'slaves/local')
  await takeAll(page, 'slaves')
  await goTo(page, 'slaves/studio/environment')
  await takeAll(page, 'slave-environment', [''])
  await goTo(page, 'slaves/studio/terminal')
  await expect(page.locator('.xterm-rows')).toContainText(/[$#]/)
  await page.keyboard.type('git --version && uname -s\n')
  await expect(page.locator('.xterm-rows')).toContainText('git version')
  await takeAll(page, 'terminal', [''])
})

/** Waits until nothing runs and nothing waits, and at least that many builders have a build. */
async function settled(page: Page, builders = 0) {
  if (builders > 0)
    await expect(page.getByText(/just now|s ago/)).toHaveCount(builders, { timeout: 60_000 })
  await expect(page.getByText('nothing running')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText('nothing waiting')).toBeVisible({ timeout: 60_000 })
}

async function goTo(page: Page, view: string) {
  await page.evaluate(hash => {
    location.hash = hash
  }, `#/${view}`)
  await expect(page.getByRole('main')).toBeVisible()
}

async function takeAll(page: Page, name: string, only?: readonly string[]) {
  mkdirSync(FOLDER!, { recursive: true })
  for (const [suffix, [width, height]] of Object.entries(SIZES)) {
    if (only && !only.includes(suffix)) continue
    await page.setViewportSize({ width, height })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      // What follows the size of the window, charts above all, is drawn a frame later.
      await page.evaluate(
        () => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn))),
      )
      const path = join(FOLDER!, `${name}${suffix}-${colorScheme}.png`)
      await page.screenshot({ path, animations: 'disabled' })
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 })
}

// As many bytes as a build of that length would write; the pictures show sizes only, not lines.
function giveLogs(dataDir: string) {
  const db = openDatabase(join(dataDir, 'history.sqlite'))
  db.run(`INSERT INTO logs (step_id, name, kind, line_count, byte_count, complete)
    SELECT id, 'stdio', 's', 0, (complete_at - started_at) * (1 + number % 3), 1 FROM steps`)
  db.close()
}
