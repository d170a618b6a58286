import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { artifactPath } from '../../../main/master/artifact-path.ts'
import { openDatabase } from '../../../main/master/db/database.ts'
import { checkDataDirectory } from '../../../main/master/upgrade/check.ts'
import { lookAtStores } from '../../../main/master/upgrade/look.ts'
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

test.each([
  { kind: 'damaged', file: 'history.sqlite', reason: 'x' },
  { kind: 'missing', file: 'logs.sqlite', signs: ['x'], empty: false },
  { kind: 'start-failed', reason: 'the disk is full.' },
] as const)('that no build was started is said once of what is $kind', trouble => {
  const dataDir = temporaryFolder('data')
  const { headline, lead } = checkDataDirectory(dataDir, 'test', { trouble, whole: false, now: 0 })
  expect(`${headline.join(' ')} ${lead}`.match(/no build was started/gi)).toHaveLength(1)
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

test('each damaged piece of a log, lost file and odd value is found, and named', async () => {
  const one = await testMaster({
    config: {
      builders: [
        {
          name: 'a',
          steps: [{ name: 'talk', shell: 'seq 9; echo x > x; echo y > y' }, { upload: ['x', 'y'] }],
        },
      ],
    },
  })
  const first = await one.build('a')
  await one.build('a')
  const files = one.data.artifactsOfBuild(first.id)
  await one.stop()
  expect(check(one.dataDir)).toMatchObject({ ok: true, losses: [] })

  const logs = openDatabase(join(one.dataDir, 'logs.sqlite'))
  logs.exec('UPDATE chunks SET data = zeroblob(9) WHERE log_id = 1')
  logs.exec('DELETE FROM chunks WHERE log_id = (SELECT max(log_id) FROM chunks)')
  logs.close()
  const history = openDatabase(join(one.dataDir, 'history.sqlite'))
  history.exec(`UPDATE builders SET tags = '{"a":"x'`)
  history.close()
  const [x, y] = files.map(file => join(one.dataDir, artifactPath(file.sha256)))
  rmSync(x!)
  writeFileSync(y!, 'z\n')

  const facts = check(one.dataDir)
  expect([facts.ok, facts.trouble, facts.headline[0]]).toEqual([
    false,
    null,
    'Your history is safe.',
  ])
  expect(facts.losses.map(loss => loss.what).sort()).toEqual([
    expect.stringMatching(/^a #1, talk, log stdio: lines 1 to \d+ can't be read$/),
    expect.stringMatching(/^a #1, [xy], and 1 more: its file is (gone|damaged)$/),
    expect.stringMatching(/^a #1, [xy], and 1 more: its file is (gone|damaged)$/),
    expect.stringMatching(/^a #2, .*, log stdio: \d+ bytes are gone$/),
    'tags in 1 row of builders is no JSON',
  ])
})

test('a start, the recovery view and the check say the same of a damaged file', async () => {
  const dataDir = releaseData('0.1.0', 'clean')
  await prepareStores({ dataDir, version: 'test' })
  const path = join(dataDir, 'history.sqlite')
  const bytes = readFileSync(path)
  for (let at = 8192; at < bytes.length; at += 3 * 4096) bytes.fill(0x5a, at, at + 4096)
  writeFileSync(path, bytes)
  const look = lookAtStores(dataDir)
  if (look.kind !== 'trouble') throw new Error('the damage was not seen')
  const atRecovery = { whole: false, now: 0, trouble: look.trouble }
  const states = [
    checkDataDirectory(dataDir, 'test', atRecovery),
    checkDataDirectory(dataDir, 'test', { whole: false, now: 0 }),
    check(dataDir),
  ].map(({ ok, files, headline }) => [ok, files[0]!.state, headline[1]])
  expect(states).toEqual(Array(3).fill([false, 'damaged', 'history.sqlite is damaged.']))
})
