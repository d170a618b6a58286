import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { VERSION } from '../../main/host/version.ts'
import { box } from './desk-helpers.ts'
import { expect, test } from './fixtures.ts'
import { makeSample } from './sample.ts'

const MEBI = 1024 * 1024

test('a step that never ends is stopped by hand, within ten seconds and whole', async ({
  serve,
  dataDir,
}) => {
  configure(dataDir, 'shell: "trap \'\' TERM; (setsid sleep 1000 &); echo begun; sleep 1000"')
  const { page } = await serve()
  await force(page)
  await expect(box(page, 'one, build 1, running')).toBeVisible()
  await box(page, 'one, build 1').click()
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(box(page, 'one, build 1, stopped')).toBeVisible({ timeout: 12_000 })
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Lines of the log')).toContainText('ended by SIG')
})

test('a log of 300 MB opens at its first line, jumps to its last and is searched', async ({
  serve,
  dataDir,
}) => {
  test.setTimeout(120_000)
  const lines = (300 * MEBI) / 80
  configure(
    dataDir,
    `shell: "yes 'the quick brown fox jumps over the lazy dog, again and again and again ......' | head -n ${lines}; echo needle $((6 * 7))"\n        maxLog: 1GB`,
  )
  const served = await serve()
  const { page } = served
  await force(page)
  await expect(box(page, 'one, build 1, succeeded')).toBeVisible({ timeout: 60_000 })
  await box(page, 'one, build 1').click()
  await page.keyboard.press('Enter')

  const log = page.getByLabel('Lines of the log')
  await expect(log).toContainText('the quick brown fox')
  await expect(page.getByText(/lines, 30\d MB/)).toBeVisible()
  await page.keyboard.press('End')
  await expect(log).toContainText('needle 42')
  await page.keyboard.press('Home')
  await expect(log).not.toContainText('needle 42')
  await page.keyboard.press('/')
  await page.keyboard.type('needle 4')
  await expect(log.locator('mark')).toHaveText(['needle 4'], { timeout: 30_000 })
  // Only what is in sight is in the page.
  expect(await log.locator('.log-line').count()).toBeLessThan(300)
})

test('a log shows its colours, tells its streams apart and follows its end while it grows', async ({
  serve,
  dataDir,
  home,
}) => {
  const gate = join(home, 'go-on')
  configure(
    dataDir,
    `shell: "printf '\\\\033[31mred\\\\033[0m plain\\\\n'; echo to stderr >&2; sleep 0.3; seq 1 500; while [ ! -e '${gate}' ]; do sleep 0.05; done; echo the last line"`,
  )
  const { page } = await serve()
  await force(page)
  await box(page, 'one, build 1').click()
  await page.keyboard.press('Enter')
  const log = page.getByLabel('Lines of the log')
  await expect(log).toContainText('500')
  await expect(page.getByText('growing')).toBeVisible()
  writeFileSync(gate, '')
  await expect(log).toContainText('the last line')
  await page.keyboard.press('Home')
  await expect(log.locator('.fg-red')).toHaveText('red')
  await expect(log.locator('.stderr')).toContainText('to stderr')
})

test('a log is downloaded byte for byte, and as text', async ({ serve, dataDir }) => {
  configure(
    dataDir,
    String.raw`shell: "printf 'a\\303\\244\\377\\000 \\033[1mno newline\\033[0m at the end'"`,
  )
  const { page } = await serve()
  await force(page)
  await box(page, 'one, build 1, succeeded').click()
  await page.keyboard.press('Enter')
  const download = async (how: string) => {
    const begun = page.waitForEvent('download')
    await page.getByLabel('Copy or download').click()
    await page.getByRole('menuitem', { name: how }).click()
    return readFileSync(await (await begun).path())
  }
  const bytes = await download('Download as written')
  expect(bytes.includes(Buffer.from('61c3a4ff00201b5b316d6e6f206e65776c696e65', 'hex'))).toBe(true)
  expect(String(await download('Download as text'))).toContain('aä\ufffd no newline at the end')
})

test('a wrong configuration is told where it is wrong, and the good one stays in force', async ({
  serve,
  dataDir,
}) => {
  configure(dataDir, 'shell: echo ok')
  const { page } = await serve()
  await expect(page.getByRole('link', { name: 'one' })).toBeVisible()
  const file = join(dataDir, 'master.yml')
  const good = readFileSync(file, 'utf8')

  writeFileSync(file, good.replace('shell:', 'shel:'))
  await expect(page.getByRole('alert')).toContainText(
    'master.yml has a fault in line 4: has no step type; did you mean "shell"?',
  )
  await force(page)
  await expect(box(page, 'one, build 1, succeeded')).toBeVisible()
  await page.getByRole('link', { name: 'Show' }).click()
  await expect(page.getByRole('region', { name: 'Settings' })).toContainText('builders[0].steps[0]')

  writeFileSync(file, good)
  await expect(page.getByText('In force')).toBeVisible()
})

test('a second master on the same directory leaves and says who has it', async ({
  serve,
  cli,
  dataDir,
}) => {
  const served = await serve()
  const second = await cli('serve', '--http', '127.0.0.1:0')
  expect(second).toEqual({
    code: 1,
    stdout: '',
    stderr: `triphammer: ${dataDir} is in use by process ${served.process.pid} (headless, version ${VERSION}). Nothing was opened.\n`,
  })
})

test('a full quit and a new start show the same, and the page heals by itself', async ({
  serve,
  dataDir,
}) => {
  configure(dataDir, 'shell: echo ok')
  const first = await serve()
  await force(first.page)
  await expect(box(first.page, 'one, build 1, succeeded')).toBeVisible()
  expect(await first.stop()).toBe(0)
  await expect(first.page.getByRole('alert')).toContainText('can’t be reached')

  const second = await serve()
  await expect(box(second.page, 'one, build 1, succeeded')).toBeVisible()
})

test('everything can be done by keyboard', async ({ serve, cli, dataDir, home }) => {
  configure(dataDir, '{ shell: echo ok, name: x }')
  const sample = makeSample(join(home, 'calc'))
  const { page } = await serve()
  await expect(page.getByRole('link', { name: 'one' })).toBeVisible()
  await page.keyboard.press('F')
  await expect(page.getByRole('dialog', { name: 'Force a build' })).toBeVisible()
  await page.getByLabel('Reason').fill('by keyboard')
  await page.keyboard.press('Enter')
  await expect(box(page, 'one, build 1, succeeded')).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByLabel('Picked build')).toContainText('by keyboard')
  await page.keyboard.press('r')
  await expect(box(page, 'one, build 2, succeeded')).toBeVisible()
  await page.keyboard.press('ArrowUp')
  await expect(page.getByLabel('Picked build')).toContainText('rebuild of #1')
  await page.keyboard.press('R')
  await expect(page.getByLabel('First step to run again')).toHaveValue('x')
  await page.keyboard.press('Enter')
  await expect(box(page, 'one, build 3, succeeded')).toBeVisible()
  const again = await cli('rebuild', 'one', '3', '--from', 'x', '--wait')
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('one #4: success')])
  expect(await cli('rebuild', 'one', '4', '--from', 'y')).toMatchObject({
    code: 1,
    stderr: 'triphammer: can\'t be retried from y: builder "one" has no step "y"\n',
  })
  expect(await cli('bisect', 'one', '4', '--wait')).toMatchObject({
    code: 1,
    stderr: "triphammer: can't be bisected: #4 did not fail\n",
  })

  for (const [keys, view] of [
    ['gb', 'Builds'],
    ['gc', 'Changes'],
    ['gs', 'Slaves'],
    ['g,', 'Settings'],
    ['gw', 'Waterfall'],
  ] as const) {
    for (const key of keys) await page.keyboard.press(key)
    await expect(page.getByRole('heading', { name: view, level: 1 })).toBeVisible()
  }
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('add repo')
  await page.keyboard.press('Enter')
  await page.getByRole('textbox', { name: /Path/ }).fill(sample.path)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: /Proposed build/ })).toBeVisible()
})

test('what can’t be added is told in one sentence', async ({ serve, home }) => {
  const { page } = await serve()
  mkdirSync(join(home, 'plain'))
  const field = page.getByRole('textbox', { name: /Path/ })
  for (const [path, words] of [
    [join(home, 'nowhere'), 'does not exist.'],
    [join(home, 'plain'), 'is not a git repository. Make it one, then add it again: git init'],
    ['https://127.0.0.1:1/x.git', 'could not be read'],
  ] as const) {
    await field.fill(path)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('alert')).toContainText(words)
  }
})

test('a paused slave says so, and so does the request that waits for it', async ({
  serve,
  dataDir,
}) => {
  configure(dataDir, 'shell: echo ok')
  const { page } = await serve()
  await expect(page.getByRole('link', { name: 'one' })).toBeVisible()
  await page.keyboard.press('g')
  await page.keyboard.press('s')
  await expect(page.getByLabel('Console of local')).toContainText('waits for the master')
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByLabel('Why').fill('new memory')
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click()
  await expect(page.getByRole('row', { name: /local/ })).toContainText('Paused')
  await expect(page.getByRole('dialog')).toBeHidden()
  await page.keyboard.press('g')
  await page.keyboard.press('w')
  await force(page)
  await expect(page.getByText(/local is paused by .*: new memory/).first()).toBeVisible()
  await page.keyboard.press('g')
  await page.keyboard.press('b')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByText('The request was taken out of the queue')).toBeVisible()
})

function configure(dataDir: string, step: string) {
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(
    join(dataDir, 'master.yml'),
    `builders:\n  - name: one\n    steps:\n      - ${step}\n`,
  )
}

async function force(page: Page) {
  await page.getByRole('button', { name: 'Force build' }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: 'Force build' }).click()
  await expect(page.getByRole('dialog')).toBeHidden()
}

test('an address that names nothing, or can’t even be read, leaves a window that says so', async ({
  serve,
}) => {
  const { page } = await serve()
  for (const address of ['slaves/%E0%A4', 'builds/%25', 'builds/%E0%A4/1', 'nowhere?at=x']) {
    await page.goto(`${page.url().split('#')[0]}#/${address}`)
    await expect(page.getByRole('navigation', { name: 'Views' })).toBeVisible()
    await expect(page.getByRole('main')).not.toBeEmpty()
  }
})
