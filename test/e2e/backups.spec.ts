import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from './fixtures.ts'

test('a backup is made in the window, and brought back on the command line', async ({
  serve,
  cli,
  dataDir,
}) => {
  mkdirSync(dataDir, { recursive: true })
  const file = join(dataDir, 'master.yml')
  writeFileSync(file, 'builders: # mine\n  - { name: one, steps: [{ shell: echo ok }] }\n')
  const { page, url, stop } = await serve()
  expect((await cli('force', 'one', '--wait')).code).toBe(0)
  await page.goto(`${url}/#/settings`)
  const backups = page.getByRole('region', { name: 'Backups' })
  await expect(backups).toContainText('None yet')
  await backups.getByRole('button', { name: 'Back up now' }).click()
  await expect(backups.getByRole('listitem')).toHaveText(/\d:\d\d.*1 build, 0 changes.*by hand/)

  // What is kept is a person's choice, and stands in the file beside their own words.
  await backups.getByLabel('Keep at most').fill('3')
  await backups.getByLabel('Together no more than').selectOption({ index: 0 })
  await backups.getByRole('checkbox').uncheck()
  await expect(backups.getByRole('checkbox')).not.toBeChecked()
  await expect
    .poll(() => readFileSync(file, 'utf8').split('\n').sort())
    .toEqual([
      '',
      '  - { name: one, steps: [{ shell: echo ok }] }',
      '  daily: false',
      '  keep: 3',
      '  maxSize: 1GB',
      'backups:',
      'builders: # mine',
    ])
  const { violations } = await new AxeBuilder({ page })
    .include('section[aria-label="Backups"]')
    .analyze()
  expect(violations.map(one => one.id)).toEqual([])
  if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT })

  expect((await cli('force', 'one', '--wait')).code).toBe(0)
  const [made] = JSON.parse((await cli('backup', '--list', '--json')).stdout)
  expect(await cli('restore', made.name)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/is in use by process .* Quit that master first\.\n$/),
  })
  await stop()
  expect(await cli('restore', made.name, '--json')).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse((await cli('builds', 'one', '--json')).stdout)).toHaveLength(1)
})
