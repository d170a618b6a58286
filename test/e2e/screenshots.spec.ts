import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { makeDemo } from '../../scripts/demo.mjs'
import { releaseData } from '../helpers/releases.ts'
import { expect, test } from './fixtures.ts'

// npm run screenshots: every view with real builds in it, light and dark, at three sizes. The
// pictures that the docs use are committed; the rest is there to be looked at.
const FOLDER = process.env.TRIPHAMMER_SCREENSHOTS
const SIZES = { '': [1440, 900], '-narrow': [760, 900], '-wide': [2560, 1300] } as const
const VIEWS = ['waterfall', 'builds', 'changes', 'slaves', 'settings', 'add'] as const

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
  }
  await expect(page.getByText('build, ')).toBeVisible()
  await takeAll(page, 'waterfall')
  await settled(page)
  for (const view of VIEWS.slice(1)) {
    await goTo(page, view)
    await takeAll(page, view)
  }
  await goTo(page, 'builds/calc-tests/4')
  await takeAll(page, 'build')
})

test('the first screen', async ({ serve }) => {
  const { page } = await serve()
  await expect(page.getByRole('heading').first()).toBeVisible()
  await takeAll(page, 'welcome')
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

async function takeAll(page: Page, name: string) {
  mkdirSync(FOLDER!, { recursive: true })
  for (const [suffix, [width, height]] of Object.entries(SIZES)) {
    await page.setViewportSize({ width, height })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const path = join(FOLDER!, `${name}${suffix}-${colorScheme}.png`)
      await page.screenshot({ path, animations: 'disabled' })
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 })
}
