import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { addAndBuild, ask, box } from './desk-helpers.ts'
import { clickMenu } from './desktop-helpers.ts'
import { expect, ON, test } from './fixtures.ts'
import { BAD_SOURCE, makeSample } from './sample.ts'

test('who broke what is seen by change, by person, by test and side by side, and told on a wall', async ({
  serve,
  home,
}) => {
  test.setTimeout(60_000)
  writeFileSync(
    join(home, '.gitconfig'),
    '[user]\n  name = Ada Lindgren\n  email = ada@example.org\n',
  )
  const sample = makeSample(join(home, 'calc'))
  const { page } = await serve()
  const { draft } = await ask(page, 'repository:inspect', { repository: sample.path })
  await ask(page, 'repository:add', { draft, build: true })
  await expect(box(page, 'calc, build 1, succeeded')).toBeVisible({ timeout: 20_000 })
  sample.commit('Negate faster', BAD_SOURCE)
  await expect(box(page, 'calc, build 2, failed')).toBeVisible({ timeout: 20_000 })

  // The grid: changes down, builders across; arrows go from build to build.
  await press(page, 'g', 'r')
  const broken = page.getByRole('link', { name: 'calc #2, failed, good before' })
  await expect(broken).toBeVisible()
  await expect(page.getByRole('row', { name: /Negate faster.*broke 1/ })).toBeVisible()
  await broken.focus()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('link', { name: 'calc #1, succeeded' })).toBeFocused()

  // The console opens with one's own changes; somebody else's can be chosen, and are in the address.
  await page.getByRole('link', { name: 'Console' }).click()
  await expect(page.getByText('Changes by Ada Lindgren: 1 change broke something')).toBeVisible()
  await page.getByLabel('Whose changes').selectOption('all')
  await expect.poll(() => hash(page)).toBe('#/console?who=all')
  await goTo(page, '/console?who=nobody%20at%20all')
  await expect(page.getByRole('heading', { name: 'No such changes' })).toBeVisible()

  // From the board to the comparison with the last green one.
  await press(page, 'g', 'o')
  await expect(page.getByText('Red since #2')).toBeVisible()
  await expect(page.getByLabel('Changes of the first red build')).toContainText('Negate faster')
  await page.getByRole('link', { name: 'Compare with #1' }).click()
  await expect(page.getByText('1 change that calc #2 holds and calc #1 does not.')).toBeVisible()
  const lines = page.getByRole('region', { name: 'Lines that differ' })
  await expect(lines).toContainText('only here: not ok 1 - negates a number')
  await expect(lines).toContainText('only there: ok 1 - negates a number')
  await page.getByLabel('Show all of it').check()
  await expect(page.getByRole('row', { name: /^architecture / })).toBeVisible()
  await page.getByRole('button', { name: 'Swap' }).click()
  await expect(lines).toContainText('only there: not ok 1 - negates a number')
  await expect.poll(() => hash(page)).toBe('#/compare/calc:1/calc:2')

  // From a failing test to its history.
  await goTo(page, '/builds/calc/2')
  await page.getByRole('link', { name: 'negates a number' }).click()
  await expect(page.getByText('It fails since #2, in 1 build.')).toBeVisible()
  await page.reload()
  await expect(page.getByRole('row', { name: /#1/ })).toBeVisible()

  // What the build ran in, below its properties, and its inside, reached by tab and by address.
  await goTo(page, '/builds/calc/2')
  await page.getByRole('tab', { name: 'Properties' }).click()
  await expect(page.getByRole('term').filter({ hasText: 'slave version' })).toBeVisible()
  await page.getByRole('tab', { name: 'Timeline' }).click()
  await expect.poll(() => hash(page)).toBe('#/builds/calc/2/timeline')
  const rows = page.getByRole('row')
  await expect(rows.filter({ hasText: 'in the queue' })).toBeVisible()
  await expect(rows.filter({ hasText: 'on the critical path' })).not.toHaveCount(0)

  // Trends in words and in tables.
  await press(page, 'g', 't')
  await expect(page.getByRole('img', { name: /^Success rate\. calc: 50 %$/ })).toBeVisible()
  await page.getByRole('button', { name: 'As tables' }).click()
  await expect(page.getByRole('region', { name: 'Success rate, as a table' })).toContainText('50 %')
  await expect.poll(() => hash(page)).toBe('#/trends?as=table')

  await goTo(page, '/slaves/local/load?range=week')
  await expect(page.getByRole('img', { name: /^local: busy / })).toBeVisible()
  await expect(page.getByRole('button', { name: '7 d' })).toHaveAttribute('aria-pressed', 'true')

  // The wall fills the window, has no controls, and Escape leads away from it.
  await goTo(page, '/wall')
  await expect(page.getByRole('heading', { name: 'calc' })).toBeVisible()
  await expect(page.getByText(/^red since #2, /)).toBeVisible()
  await expect(page.getByRole('button')).toHaveCount(0)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa']).analyze()
    expect(violations.map(one => `${one.id} ${one.nodes[0]!.html}`)).toEqual([])
  }
  await page.keyboard.press('Escape')
  await expect(page.getByRole('region', { name: 'Waterfall' })).toBeVisible()

  // A second bad change: what was built before tells which one it was, and the page says so at once.
  sample.commit('Say more', { 'README.md': 'more\n' })
  await expect(box(page, 'calc, build 3, failed')).toBeVisible({ timeout: 20_000 })
  await goTo(page, '/builds/calc/3')
  await page.getByRole('button', { name: 'Bisect' }).click()
  await expect(page.getByText(/^Bisect: first bad is .* by /)).toContainText('Negate faster')
})

test('an address with rubbish in it opens its view, or says in words what is wrong with it', async ({
  serve,
  repository,
}) => {
  const { page } = await serve()
  const faults: string[] = []
  page.on('pageerror', error => faults.push(error.message))
  await addAndBuild(page, repository(), 'true')
  await expect(box(page, 'calc, build 1, succeeded')).toBeVisible({ timeout: 20_000 })
  const rubbish =
    '%00%E2%80%AE%ff&who=&project=%22&before=-1&range=__proto__&order=9&builder=%F0&as=x'
  for (const view of ['grid', 'console', 'trends', 'tests', 'board']) {
    await goTo(page, `/${view}?x=${rubbish}`)
    await expect(page.getByRole('heading').first()).toBeVisible()
    await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
  }
  for (const [address, words] of [
    ['/compare/calc:1/nothing', '“nothing” names no build; one is named as calc:12.'],
    ['/compare/calc:1/calc:99', 'calc has no build 99'],
    ['/compare/%E0%A4%A/x:1', '“%E0%A4%A” names no build'],
    ['/tests?builder=calc&test=%00&suite=%00', 'calc has no such test'],
    ['/builds/calc/1/rubbish', 'Steps and log'],
    ['/slaves/local/load?range=rubbish', 'Busy over time'],
  ] as const) {
    await goTo(page, address)
    await expect(page.getByText(words).first()).toBeAttached()
  }
  expect(faults).toEqual([])
})

test(`the menu and the palette open the wall in a window of its own${ON}`, async ({ launch }) => {
  const application = await launch()
  const { page } = application
  await expect(page.getByRole('main')).toBeVisible()
  const opened = application.app.waitForEvent('window')
  await clickMenu(application, 'wall')
  const wall = await opened
  await expect(wall.getByText('No builder is configured yet')).toBeVisible()
  await expect(page.getByRole('navigation', { name: 'Views' })).toBeVisible()

  const another = application.app.waitForEvent('window')
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('combobox')).toBeFocused()
  await page.keyboard.type('wall')
  await page.keyboard.press('Enter')
  await expect((await another).getByRole('main', { name: 'Wall' })).toBeVisible()
})

function hash(page: Page): Promise<string> {
  return page.evaluate(() => location.hash)
}

async function goTo(page: Page, path: string) {
  await page.evaluate(to => {
    location.hash = to
  }, path)
}

async function press(page: Page, ...keys: readonly string[]) {
  for (const key of keys) await page.keyboard.press(key)
}
