import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { box } from './desk-helpers.ts'
import {
  axeFaults,
  EVERY_VIEW,
  goToView,
  layoutFaults,
  moving,
  unisolated,
  unseenFocus,
  walkFaults,
} from './every-view.ts'
import { BAD_SOURCE, makeSample } from './sample.ts'
import { expect, test } from './slave-fixtures.ts'

const WIDTH = 1440
const DARK_WIDTH = 800
const OTHER_WIDTHS = [80, 320, 8000]
// Written from right to left, and with signs that are two units long.
const BRANCH = 'תיקון/🦊-שלילה'

test('every view keeps to WCAG 2.2 AA in both themes, is walked through by a screen reader and keyboard, and fits 80 to 8,000 pixels', async ({
  serve,
  home,
}) => {
  test.setTimeout(240_000)
  const sample = makeSample(join(home, 'calc'))
  const { page, url } = await serve()
  await page.goto(`${url}/#/add`)
  await page.getByRole('textbox', { name: /Path/ }).fill(sample.path)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Save and build' }).click()
  await expect(box(page, 'calc, build 1, succeeded')).toBeVisible({ timeout: 20_000 })
  sample.branch(BRANCH)
  sample.commit('שלילה מהירה יותר 🦊', BAD_SOURCE)
  await expect(box(page, 'calc, build 2, failed')).toBeVisible({ timeout: 20_000 })
  await box(page, 'calc, build 2').click()
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await page.setViewportSize({ width: WIDTH, height: 900 })

  for (const view of EVERY_VIEW) {
    await goToView(page, view)
    await look(page, `light ${view}`)
    expect.soft(await walkFaults(page), view).toEqual([])
    expect.soft(await unseenFocus(page), view).toEqual([])
    expect.soft(await unisolated(page), view).toEqual([])
    expect.soft(await moving(page), view).toEqual([])
    expect.soft(await layoutFaults(page), `${view} at ${WIDTH} px`).toEqual([])
  }
  await goToView(page, 'waterfall')
  for (const [key, name] of [
    ['?', 'Keys'],
    ['Shift+F', 'Force a build'],
    ['Control+k', 'Commands'],
  ] as const) {
    await page.keyboard.press(key)
    await expect(page.getByRole('dialog', { name })).toBeVisible()
    await look(page, `light ${name}`)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  }
  // In the other theme only the colours are others.
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  await page.setViewportSize({ width: DARK_WIDTH, height: 900 })
  for (const view of EVERY_VIEW) {
    await goToView(page, view)
    await look(page, `dark ${view}`, ['color-contrast'])
    expect.soft(await layoutFaults(page), `${view} at ${DARK_WIDTH} px`).toEqual([])
  }
  for (const width of OTHER_WIDTHS) {
    await page.setViewportSize({ width, height: 900 })
    for (const view of EVERY_VIEW) {
      await goToView(page, view)
      expect.soft(await layoutFaults(page), `${view} at ${width} px`).toEqual([])
    }
  }
})

test('no dialogue about slaves breaks WCAG 2.2 AA, in light and in dark', async ({
  serve,
  startSlave,
}) => {
  test.setTimeout(90_000)
  const slave = startSlave(['--listen', '127.0.0.1:0', '--name', 'studio'])
  const address = await slave.says(/waits at (\S+)/)
  const { page, url } = await serve()
  await page.goto(`${url}/#/slaves`)
  const attach = page.getByRole('dialog', { name: 'Attach a slave' })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.getByRole('button', { name: 'Attach a slave' }).click()
    await attach.getByLabel('Address').fill('not an address')
    await expect(attach.getByRole('alert')).toBeVisible()
    await look(page, `${colorScheme} attach, trouble`)
    await attach.getByLabel('Address').fill(address)
    await expect(attach.getByText(/answers/)).toBeVisible()
    await look(page, `${colorScheme} attach, answered`)
    await attach.getByRole('button', { name: 'Let it dial in' }).click()
    await expect(attach.getByLabel('Port')).toBeVisible()
    await look(page, `${colorScheme} attach, dial in`)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Pause' }).click()
    await expect(page.getByRole('dialog', { name: 'Pause local' })).toBeVisible()
    await look(page, `${colorScheme} pause`)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'More to do with local' }).click()
    await expect(page.getByRole('menu')).toBeVisible()
    await look(page, `${colorScheme} menu`)
    await page.keyboard.press('Escape')
  }
})

/** Notes what is wrong with what is on the page; the test goes on and fails in the end. */
async function look(page: Page, where: string, rules?: string[]) {
  expect.soft(await axeFaults(page, rules), where).toEqual([])
}
