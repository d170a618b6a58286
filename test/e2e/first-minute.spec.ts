import type { Page } from '@playwright/test'
import { box } from './desk-helpers.ts'
import { expect, ON, onlyOnDouble, test } from './fixtures.ts'
import { makeSample } from './sample.ts'

test(`the first green build takes two clicks, two more folders a drop and one, and the demo one to come and one to go${ON}`, async ({
  launch,
  home,
}) => {
  onlyOnDouble('a script cannot tell Electron which files a hand drops')
  test.setTimeout(90_000)
  makeSample(`${home}/calc`)
  const dropped = [makeSample(`${home}/Mira’s 計算機`).path, makeSample(`${home}/parser`).path]
  const { page } = await launch()
  await page.evaluate(() => {
    const counted = window as unknown as { clicks: number }
    counted.clicks = 0
    window.addEventListener('click', () => counted.clicks++, true)
  })

  await test.step('a repository that was found', async () => {
    await page.getByRole('button', { name: /^calc/ }).click()
    await expect(page.getByLabel('Command of step test')).toHaveValue('npm test')
    await expect(page.getByText('because package.json has a test script')).toBeVisible()
    await page.getByRole('button', { name: 'Save and build' }).click()
    await expect(box(page, 'calc, build 1, succeeded')).toBeVisible({ timeout: 20_000 })
    expect(await clicks(page)).toBe(2)
  })

  await test.step('the palette: a command of the window, a key of the view, a build, by a few letters', async () => {
    await choose(page, 'lgnd')
    await expect(page.getByRole('dialog', { name: 'What the signs mean' })).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await choose(page, 'linear folded')
    await expect(page.getByRole('button', { name: 'Events' })).toHaveAttribute(
      'aria-pressed',
      'true',
    )
    await choose(page, 'calc 1')
    await expect(page.getByRole('heading', { name: 'calc #1' })).toBeVisible()
  })

  await test.step('two that are dropped, and a file', async () => {
    await drop(page, [...dropped, `${dropped[0]}/package.json`])
    await expect(page.getByRole('heading', { name: '3 folders' })).toBeVisible()
    await expect(page.getByText(/package.json is a file; a folder with a git/)).toBeVisible()
    await page.getByRole('button', { name: 'Add and build 2' }).click()
    await expect(page.getByText(/^added as/)).toHaveCount(2)
    await page.keyboard.press('g')
    await page.keyboard.press('w')
    await expect(box(page, 'parser, build 1, succeeded')).toBeVisible({ timeout: 20_000 })
    await expect(box(page, 'Mira-s 計算機, build 1, succeeded')).toBeVisible({ timeout: 20_000 })
  })

  await test.step('what is no repository is answered on the spot, whatever was open', async () => {
    await drop(page, [`${home}/tmp`])
    await expect(page.getByRole('alert')).toContainText('is not a git repository. Make it one')
  })

  await test.step('the demo', async () => {
    await page.getByRole('button', { name: 'Show the demo' }).click()
    await expect(box(page, 'demo tests, build 1, succeeded')).toBeVisible({ timeout: 20_000 })
    await page.getByRole('button', { name: 'Remove the demo' }).click()
    await expect(page.getByRole('link', { name: 'demo tests' })).toHaveCount(0)
    await expect(page.getByRole('link', { name: 'parser' })).toBeVisible()
  })
})

function clicks(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as { clicks: number }).clicks)
}

/** Runs what the palette finds first. */
async function choose(page: Page, typed: string) {
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('combobox')).toBeFocused()
  await page.keyboard.type(typed)
  await page.keyboard.press('Enter')
}

/** Drops folders on the window as a hand does; the double is told where they are. */
async function drop(page: Page, paths: readonly string[]) {
  await page.evaluate(paths => {
    const dataTransfer = new DataTransfer()
    for (const path of paths) {
      const file = new File([], path.split('/').at(-1)!)
      dataTransfer.items.add(file)
    }
    // What the window gets is another object for the same file.
    const files = [...dataTransfer.files]
    for (const [i, file] of files.entries())
      Object.defineProperty(file, 'pathOfDouble', { value: paths[i] })
    for (const type of ['dragenter', 'dragover', 'drop']) {
      const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true })
      document.querySelector('main')!.dispatchEvent(event)
    }
  }, paths)
}
