import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { ask, untilBuild } from './desk-helpers.ts'
import { expect, test } from './fixtures.ts'

const ESC = '\x1b'
const LOG = `::group::Install
fetched 1
fetched 2
::endgroup::
${Array.from({ length: 20 }, (_, i) => `\r${ESC}[Kdownloading ${(i + 1) * 5} %`).join('')}
a ${ESC}[31mnee${ESC}[1mdle${ESC}[0m in colours${ESC}[?25h
section_start:1700000000:tests\r${ESC}[0KUnit tests
ok 1 - adds
not ok 2 - subtracts
section_end:1700000001:tests\r${ESC}[0K
image base: waiting
image tools: waiting
${[20, 60, 100].map(share => `${ESC}[2A${ESC}[2Kimage base: ${share} %\n${ESC}[2Kimage tools: ${share} %\n`).join('')}images are there
nothing else
${'x'.repeat(20_000)} far needle
error: it broke
`

test('a log is folded, gone through by its errors, searched, linked to and copied', async ({
  serve,
  dataDir,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  configure(dataDir, 'say', 'cat log.txt; echo to stderr >&2')
  const { page, url } = await serve()
  await build(page)
  await page.goto(`${url}/#/builds/one/1`)
  const log = page.getByLabel('Lines of the log')
  const line = (text: string) => log.locator('.log-line', { hasText: text })

  // A group without an error is folded, one with an error is not.
  const install = log.getByRole('button', { name: /^Install/ })
  await expect(install).toHaveAttribute('aria-expanded', 'false')
  await expect(log.getByRole('button', { name: /^Unit tests/ })).toHaveAttribute(
    'aria-expanded',
    'true',
  )
  await expect(line('fetched 2')).toBeHidden()
  await install.click()
  await expect(line('fetched 2')).toBeVisible()
  await page.keyboard.press('z')
  await expect(line('not ok 2')).toBeHidden()

  // Going to an error opens what it is folded in.
  const errors = page.getByRole('group', { name: 'Errors in this log' })
  await expect(errors).toContainText('2 errors')
  await page.keyboard.press('e')
  await expect(errors).toContainText('Error 1 of 2')
  await expect(line('not ok 2')).toBeVisible()

  // A progress bar is its last state; the others are there on demand.
  await expect(line('downloading')).toContainText('downloading 100 %')
  await line('downloading').getByRole('button', { name: '19 earlier states' }).click()
  await expect(page.getByRole('dialog')).toContainText('downloading 55 %')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()

  // Rows that were written over are as they ended; how that came about is there on demand, and by a link.
  const images = log.locator('.log-line', { hasText: /image (base|tools): / })
  await expect(images).toHaveText([/image base: 100 %$/, /image tools: 100 %6 lines/])
  await log.getByRole('button', { name: '6 lines written over' }).click()
  await expect(images).toHaveCount(8)
  await expect(images.nth(2)).toContainText('image base: 20 %')
  await log.getByRole('button', { name: 'as it ended' }).click()
  await expect(images).toHaveCount(2)

  await expect(log.locator('.log-line.stderr')).toContainText('to stderr')
  await expect(line('in colours')).toHaveText(/a needle in colours$/)
  await page.keyboard.press('d')
  await expect(page.getByText('Times: clock')).toBeVisible()

  // A match far along a line is in another part of it.
  await page.keyboard.press('/')
  const field = page.getByLabel('Search in this log')
  await expect(field).toBeFocused()
  await field.fill('needle')
  await expect(page.getByRole('search').getByRole('status')).toHaveText('1 of 2')
  await page.keyboard.press('Enter')
  await expect(log.getByText('part 3 of 3')).toBeVisible()
  await expect(line('far needle').locator('mark')).toHaveText('needle')
  await page.keyboard.press('Escape')

  const number = await line('in colours').locator('.log-number').innerText()
  await line('in colours').locator('.log-number').click()
  await expect(page.getByText(`A link to line ${number} was copied`)).toBeVisible()
  const link = await clipboard(page)
  expect(link).toBe(`${url}/#/builds/one/1?step=say&line=${number}`)
  await page.keyboard.press('C')
  await expect(page.getByText('1 line copied with colours')).toBeVisible()
  expect(await clipboard(page)).toContain(`${ESC}[31mnee${ESC}[1mdle`)
  await page.keyboard.press('c')
  await expect(page.getByText('1 line copied', { exact: true })).toBeVisible()
  expect(await clipboard(page)).toBe('a needle in colours\n')

  await page.goto('about:blank')
  await page.goto(link)
  await expect(log.locator('.picked')).toContainText('a needle in colours')
  await noFaults(page)
  // Anybody may write an address.
  for (const place of ['line=0', 'line=9999999', 'line=7-3&step=%E0%A4', 'step=nothing&line=x']) {
    await page.goto(`${url}/#/builds/one/1?${place}`)
    await expect(line('error: it broke')).toBeVisible()
  }
})

test('a log that grows is followed until the reader scrolls up, and again from its end', async ({
  serve,
  dataDir,
  home,
}) => {
  const gate = (name: string) => join(home, name)
  const until = (name: string) => `while [ ! -e '${gate(name)}' ]; do sleep 0.05; done`
  configure(
    dataDir,
    'grow',
    `seq 1 200; ${until('a')}; seq 201 400; printf 'half'; ${until('b')}; printf '\\\\rwhole\\\\nimage 1\\\\nlayer 1\\\\n'; ${until('c')}; printf '\\\\033[2Aimage 2\\\\nlayer 2\\\\n'; ${until('d')}`,
  )
  const { page, url } = await serve()
  await force(page)
  await untilBuild(page, { complete: false })
  await page.goto(`${url}/#/builds/one/1`)
  const log = page.getByLabel('Lines of the log')
  const follow = page.getByRole('button', { name: 'Follow' })
  await expect(log.locator('.log-text').getByText('200', { exact: true })).toBeVisible()
  await expect(follow).toHaveAttribute('aria-pressed', 'true')
  await log.focus()
  await page.keyboard.press('PageUp')
  await expect(follow).toHaveAttribute('aria-pressed', 'false')
  await page.getByLabel('Search in this log').fill('99')
  const hits = page.getByRole('search').getByRole('status')
  await expect(hits).toHaveText(/ of 2$/)
  const top = await log.evaluate(one => one.scrollTop)
  writeFileSync(gate('a'), '')
  // What comes is searched as well, and what is read stays where it is.
  await expect(hits).toHaveText(/ of 4$/)
  await expect(page.getByText('404 lines')).toBeVisible()
  expect(await log.evaluate(one => one.scrollTop)).toBe(top)
  await log.focus()
  await page.keyboard.press('End')
  await expect(follow).toHaveAttribute('aria-pressed', 'true')
  await expect(log.getByText('half', { exact: true })).toBeVisible()
  // A line that has no end yet is shown as it stands.
  writeFileSync(gate('b'), '')
  await expect(log.locator('.stdout', { hasText: 'whole' })).toBeVisible()
  // Rows that are written over change where they are.
  await expect(log.getByText('layer 1', { exact: true })).toBeVisible()
  writeFileSync(gate('c'), '')
  await expect(log.locator('.log-line', { hasText: 'image' })).toHaveText([/image 2$/])
  await expect(log.locator('.log-line', { hasText: 'layer' })).toHaveText([/layer 2/])
  await expect(follow).toHaveAttribute('aria-pressed', 'true')
  writeFileSync(gate('d'), '')
  await expect(page.getByText('growing')).toBeHidden()
})

test('all logs are searched from the window and the command line', async ({
  serve,
  dataDir,
  cli,
}) => {
  configure(dataDir, 'say', 'cat log.txt')
  const { page, url } = await serve()
  await build(page)
  await build(page)
  await page.getByRole('main').click({ position: { x: 2, y: 2 } })
  await page.keyboard.press('g')
  await page.keyboard.press('/')
  const field = page.getByLabel('Text in any log')
  await expect(field).toBeFocused()
  await page.keyboard.type('needle in')
  const results = page.locator('.search-results')
  await expect(results.locator('mark')).toHaveText(['needle in', 'needle in'])
  await expect(results.getByRole('heading', { level: 2 })).toHaveText([/one #2/, /one #1/])
  await noFaults(page)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page.locator('.log-line.picked')).toContainText('a needle in colours')
  await page.goBack()
  await expect(field).toHaveValue('needle in')

  await page.getByLabel('Result').selectOption('failure')
  await expect(page.getByText('Found nothing')).toBeVisible()
  await expect(page).toHaveURL(/q=needle\+in&result=failure/)
  await page.goto(`${url}/#/search?q=(&regex=1&since=x&result=y`)
  await expect(page.getByRole('status')).toContainText(['Unterminated group'])

  const found = await cli('search', 'NEEDLE in', '--limit', '1', '--json')
  expect(JSON.parse(found.stdout)).toMatchObject([
    { builder: 'one', number: 2, step: 'say', lines: [{ text: 'a needle in colours' }] },
  ])
  expect(await cli('search', 'nowhere to be found')).toMatchObject({ code: 1, stdout: '' })
  expect(await cli('search', '(', '--regex')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Unterminated group'),
  })
})

function configure(dataDir: string, step: string, command: string) {
  const folder = join(dataDir, '../sample')
  mkdirSync(folder)
  mkdirSync(dataDir)
  writeFileSync(join(folder, 'log.txt'), LOG)
  writeFileSync(
    join(dataDir, 'master.yml'),
    `builders:\n  - name: one\n    steps:\n      - { name: ${step}, workdir: '${folder}', shell: "${command}" }\n`,
  )
}

async function force(page: Page): Promise<void> {
  const { builders } = await ask(page, 'desk:snapshot')
  await ask(page, 'build:force', {
    builderId: builders[0]!.id,
    branch: null,
    revision: null,
    reason: 'a test',
    properties: {},
  })
}

async function build(page: Page): Promise<void> {
  const { builds } = await ask(page, 'desk:snapshot')
  await force(page)
  await untilBuild(page, { complete: true, id: (builds[0]?.id ?? 0) + 1 })
}

function clipboard(page: Page): Promise<string> {
  return page.evaluate(() => navigator.clipboard.readText())
}

async function noFaults(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await noFaultsIn(page)
  }
}

async function noFaultsIn(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze()
  expect(violations.map(one => `${one.id}: ${one.nodes[0]?.html}`)).toEqual([])
}
