import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { releaseData } from '../helpers/releases.ts'
import { expect, test } from './fixtures.ts'

test('a history of 0.1.0 is brought to this version, and its builds are in the waterfall', async ({
  serve,
  dataDir,
}) => {
  releaseData('0.1.0', 'dirty', dataDir)
  const { page } = await serve()
  await expect(page.getByRole('region', { name: 'Waterfall' })).toBeVisible()
  await expect(page.getByText('noisy').first()).toBeVisible()
  await expect(
    page.getByText(/The history was brought to .* what 0\.1\.0 left is in backups/),
  ).toBeVisible()
  // A result that no version has: of a later one, or of a hand.
  await expect(
    page.getByRole('gridcell', {
      name: 'quick, build 1, ended in a way that this version does not know',
    }),
  ).toBeVisible()
  await page.getByRole('button', { name: 'Got it' }).click()
  await page.reload()
  await expect(page.getByText('noisy').first()).toBeVisible()
  await expect(page.getByText('The history was brought to')).toHaveCount(0)
  const kept = readdirSync(join(dataDir, 'backups')).filter(name => name.startsWith('before-'))
  expect(kept).toHaveLength(1)
})

test('a damaged history is told, looked at, and put right with the backup', async ({
  serve,
  dataDir,
  cli,
}) => {
  releaseData('0.1.0', 'clean', dataDir)
  await (await serve()).stop()
  damage(join(dataDir, 'history.sqlite'))
  const damaged = readFileSync(join(dataDir, 'history.sqlite'))

  const { page } = await serve()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('history.sqlite is damaged')
  await expect(page.getByText('Master stopped')).toBeVisible()
  const told = await cli('check')
  expect([told.code, told.stdout]).toEqual([
    1,
    expect.stringMatching(/history\.sqlite is damaged[\s\S]*has this history open/),
  ])
  const forced = await cli('force', 'quick')
  expect([forced.code, forced.stderr]).toEqual([1, expect.stringContaining('is damaged')])
  expect(readFileSync(join(dataDir, 'history.sqlite'))).toEqual(damaged)

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
      .analyze()
    expect(violations.map(({ id, nodes }) => `${colorScheme} ${id}: ${nodes[0]!.html}`)).toEqual([])
  }
  await page.getByRole('button', { name: 'Restore a backup: Choose' }).click()
  await expect(page.getByRole('radio')).toHaveCount(1)
  await page.getByRole('button', { name: 'Restore', exact: true }).click()
  await expect(page.getByRole('region', { name: 'Waterfall' })).toBeVisible()
  await expect(page.getByText('noisy').first()).toBeVisible()
  const kept = readdirSync(join(dataDir, 'backups')).filter(name => name.startsWith('replaced'))
  expect(kept.map(name => readFileSync(join(dataDir, 'backups', name, 'history.sqlite')))).toEqual([
    damaged,
  ])
})

test('a history of a later version can be looked at read only, and is left as it is', async ({
  serve,
  dataDir,
  cli,
}) => {
  releaseData('0.1.0', 'clean', dataDir)
  await (await serve()).stop()
  const path = join(dataDir, 'history.sqlite')
  const file = readFileSync(path)
  // The number of its schema, and that a program of this schema may read it.
  file.writeUInt32BE(99, 60)
  file.writeUInt32BE(0x54480001, 68)
  writeFileSync(path, file)

  const { page, stop } = await serve()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('A newer version wrote it')
  await page.getByRole('button', { name: 'Look at the history: Open' }).click()
  await expect(page.getByText('You look at a copy of the history')).toBeVisible()
  await expect(page.getByText('noisy').first()).toBeVisible()
  expect((await cli('force', 'quick')).stderr).toContain('only looked at')
  await page.getByRole('button', { name: 'Back to recovery' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('A newer version wrote it')
  expect(await stop()).toBe(0)
  expect(readFileSync(path)).toEqual(file)
})

test('a lost history is not replaced by an empty one until a person says so (desktop)', async ({
  launch,
  dataDir,
}) => {
  releaseData('0.1.0', 'clean', dataDir)
  rmSync(join(dataDir, 'history.sqlite'))
  const application = await launch()
  const page = application.page
  await expect(page.getByRole('heading', { level: 1 })).toContainText('history.sqlite is gone')
  expect(existsSync(join(dataDir, 'history.sqlite'))).toBe(false)
  await page.getByRole('button', { name: 'Start with an empty history: Start empty' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Start empty' }).click()
  await expect(page.getByRole('region', { name: 'Waterfall' })).toBeVisible()
  expect(existsSync(join(dataDir, 'history.sqlite'))).toBe(true)
  expect(
    readdirSync(join(dataDir, 'backups')).filter(name => name.startsWith('replaced')),
  ).toHaveLength(1)
})

// The root of every tree: what is there is no page any more.
function damage(path: string) {
  const file = readFileSync(path)
  for (let page = 1; page < 12; page++) file.fill(0xa5, page * 4096, page * 4096 + 64)
  writeFileSync(path, file)
}
