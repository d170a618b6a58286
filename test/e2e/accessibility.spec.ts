import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { box } from './desk-helpers.ts'
import { expect, test } from './fixtures.ts'
import { BAD_SOURCE, makeSample } from './sample.ts'

const VIEWS = [
  'waterfall',
  'builds',
  'builds/calc',
  'builds/calc/1',
  'builds/calc/2',
  'changes',
  'slaves',
  'settings',
  'add',
]

test('no view breaks WCAG 2.2 AA, in light and in dark', async ({ serve, home }) => {
  test.setTimeout(90_000)
  const sample = makeSample(join(home, 'calc'))
  const { page, url } = await serve()
  await page.goto(`${url}/#/add`)
  await page.getByRole('textbox', { name: /Path/ }).fill(sample.path)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Save and build' }).click()
  await expect(box(page, 'calc, build 1, succeeded')).toBeVisible({ timeout: 20_000 })
  sample.commit('Negate faster', BAD_SOURCE)
  await expect(box(page, 'calc, build 2, failed')).toBeVisible({ timeout: 20_000 })
  await box(page, 'calc, build 2').click()

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const view of VIEWS) {
      await page.goto(`${url}/#/${view}`)
      await expect(page.getByRole('heading').first()).toBeVisible()
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
        .analyze()
      expect
        .soft(
          violations.map(
            ({ id, nodes }) =>
              `${colorScheme} ${view}: ${id}: ${nodes[0]!.html} ${nodes[0]!.failureSummary}`,
          ),
        )
        .toEqual([])
    }
  }
})
