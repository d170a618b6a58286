import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { historyConfig, makeHistory } from '../bench/history.ts'
import { box } from './desk-helpers.ts'
import { expect, test } from './fixtures.ts'

const DAY_MS = 86_400_000
const BUILDERS = 6

/** A year of 3,000 builds: ten pages of history, most of them never fetched. */
function aYear(dataDir: string) {
  makeHistory(dataDir, 3000, BUILDERS, 5)
  writeFileSync(join(dataDir, 'master.yml'), historyConfig(BUILDERS))
}

test('the wheel goes back through more history than is held, and Home leads back to now', async ({
  serve,
  dataDir,
}) => {
  aYear(dataDir)
  const { page } = await serve()
  await expect(box(page, 'builder-1, build 500, ')).toBeVisible()
  await page.mouse.move(600, 500)
  // Far more than the first 300 builds are high: what is held moves on with the reader.
  await expect(async () => {
    await page.mouse.wheel(0, 8000)
    expect(await daysBack(page)).toBeGreaterThan(120)
  }).toPass({ intervals: [20], timeout: 20_000 })
  await expect(box(page, 'builder-')).not.toHaveCount(0)
  expect(await nodes(page)).toBeLessThan(400)

  await page.keyboard.press('Home')
  await expect(box(page, 'builder-1, build 500, ')).toBeVisible()
  await expect.poll(() => page.evaluate(() => location.hash)).toBe('#/waterfall')
})

test('a link leads to its date, and a date can be typed', async ({ serve, dataDir }) => {
  aYear(dataDir)
  const { page } = await serve()
  await expect(box(page, 'builder-1, build 500, ')).toBeVisible()
  const at = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString()
  await page.evaluate(to => {
    location.hash = `/waterfall?at=${to}`
  }, at(200))
  await expect.poll(() => daysBack(page)).toBeCloseTo(200, 0)
  await expect(box(page, 'builder-')).not.toHaveCount(0)
  await page.reload()
  await expect.poll(() => daysBack(page)).toBeCloseTo(200, 0)
  await expect(page.getByRole('button', { name: 'Back to now' })).toBeVisible()

  await page.keyboard.press('g')
  await page.keyboard.press('d')
  await page.getByLabel('Date and time').fill(at(30).slice(0, 16))
  await page.keyboard.press('Enter')
  await expect.poll(() => daysBack(page)).toBeCloseTo(30, 0)
  await page.getByRole('button', { name: 'Back to now' }).click()
  await expect(box(page, 'builder-1, build 500, ')).toBeVisible()
})

test('a click in the minimap goes there, and what is read stays while zooming at it', async ({
  serve,
  dataDir,
}) => {
  aYear(dataDir)
  const { page } = await serve()
  const minimap = page.getByRole('scrollbar', { name: 'All of history' })
  await expect(minimap).toHaveAttribute('aria-valuenow', '0')
  await expect(minimap).toContainText(/\d{4}/)
  const { height } = (await minimap.boundingBox())!
  await minimap.click({ position: { x: 20, y: height / 2 } })
  await expect.poll(() => daysBack(page)).toBeGreaterThan(150)
  await expect.poll(() => daysBack(page)).toBeLessThan(215)

  // Some that are near are in the page too, above and below the view.
  const inSight = await page.locator('.box').evaluateAll(all =>
    all.findIndex(one => {
      const { top, bottom, left } = one.getBoundingClientRect()
      return top > 300 && bottom < innerHeight - 120 && left > 300
    }),
  )
  await page.locator('.box').nth(inSight).click()
  const picked = page.locator('.box.selected')
  const before = (await picked.boundingBox())!
  await page.mouse.move(before.x + 20, before.y + 1)
  await page.keyboard.down('Control')
  await page.mouse.wheel(0, -100)
  await page.keyboard.up('Control')
  await expect(async () => {
    const after = (await picked.boundingBox())!
    expect(after.height).toBeGreaterThan(before.height)
    expect(Math.abs(after.y - before.y)).toBeLessThan(4)
  }).toPass({ timeout: 5000 })
})

function daysBack(page: Page): Promise<number> {
  return page.evaluate(() => {
    const at = new URLSearchParams(location.hash.split('?')[1] ?? '').get('at')
    return at ? (Date.now() - Date.parse(at)) / 86_400_000 : 0
  })
}

function nodes(page: Page): Promise<number> {
  return page.evaluate(() => document.querySelectorAll('.board *').length)
}
