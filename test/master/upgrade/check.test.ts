import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkDataDirectory } from '../../../main/master/upgrade/check.ts'
import { prepareStores } from '../../../main/master/upgrade/prepare.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { testMaster } from '../../helpers/master.ts'
import { releaseData } from '../../helpers/releases.ts'

const check = (dataDir: string) => checkDataDirectory(dataDir, 'test', { whole: true, now: 0 })

test('a master that works is not disturbed, and what it wrote last is counted', async () => {
  const one = await testMaster({
    config: { builders: [{ name: 'a', steps: [{ shell: 'echo a' }] }] },
  })
  await one.build('a')
  const facts = check(one.dataDir)
  expect([facts.ok, facts.counts!.builds, facts.ways]).toEqual([true, 1, []])
  // Its write-ahead log is still there, and goes on being used.
  expect(existsSync(join(one.dataDir, 'history.sqlite-wal'))).toBe(true)
  await one.build('a')
  expect(check(one.dataDir).counts!.builds).toBe(2)
  await one.restart()
  expect(one.data.countBuilds({})).toBe(2)
})

test('an older history is in order, and says that it will be brought to this version', () => {
  const dataDir = releaseData('0.1.0', 'killed')
  const facts = check(dataDir)
  expect(facts).toMatchObject({
    ok: true,
    trouble: null,
    files: [{ state: 'older', schema: 1 }, { schema: 1 }],
  })
  expect(facts.counts!.builds).toBe(14)
})

test('what an upgrade has put aside is told, table by table', async () => {
  const dataDir = releaseData('0.1.0', 'dirty')
  await prepareStores({ dataDir, version: 'test' })
  const { odd, quarantined } = check(dataDir)
  expect(odd.reduce((sum, one) => sum + one.rows, 0)).toBe(quarantined)
  expect(odd).toContainEqual({
    table: 'test_results',
    reason: 'step_id refers to a row of steps that is not there',
    rows: 1,
  })
})

test('a folder in which nothing was built yet is in order, and stays empty', () => {
  const dataDir = temporaryFolder()
  expect(check(dataDir)).toMatchObject({
    ok: true,
    counts: null,
    files: [{ state: 'not yet' }, { state: 'not yet' }],
  })
  expect(readdirSync(dataDir)).toEqual([])
})
