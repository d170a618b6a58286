import '../../helpers/with-processes.ts'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { createBackup } from '../../../main/master/backup/create.ts'
import { readManifest } from '../../../main/master/backup/manifest.ts'
import { verifyBackup } from '../../../main/master/backup/verify.ts'
import type { Database } from '../../../main/master/db/database.ts'
import { LATEST, MIGRATIONS } from '../../../main/master/db/migrate.ts'
import { finishUpgrade } from '../../../main/master/upgrade/finish.ts'
import { prepareStores } from '../../../main/master/upgrade/prepare.ts'
import { StoreTroubleError } from '../../../main/master/upgrade/trouble.ts'
import { type UpgradeProgress, upgradeStores } from '../../../main/master/upgrade/upgrade.ts'
import { hashHistory } from '../../helpers/history-hash.ts'
import { releaseData } from '../../helpers/releases.ts'

// What a step of a later version could do wrong, and each is noticed before anything has changed.
test.each<[string, (db: Database) => void, RegExp]>([
  [
    'loses a row',
    db => db.exec('DELETE FROM test_results WHERE id = (SELECT max(id) FROM test_results)'),
    /test_results has \d+ rows, and had \d+/,
  ],
  [
    'gives rows other ids',
    db => db.exec('UPDATE events SET id = id + 1000'),
    /events does not have the same ids as before/,
  ],
  [
    'rewrites what was',
    db => db.exec("UPDATE steps SET name = 'step'"),
    /row \d+ of steps is not what it was/,
  ],
  [
    'leaves rows that refer to nothing',
    db => db.exec('DELETE FROM slaves'),
    /refer to nothing, and did not before/,
  ],
  [
    'ends with an error',
    () => {
      throw new Error('no such function')
    },
    /no such function/,
  ],
  ['breaks a table', db => db.exec('DROP TABLE artifacts'), /no such table/],
])('a step that %s changes nothing', async (_, up, reason) => {
  const dataDir = releaseData('0.1.0', 'clean')
  const before = hashes(dataDir)
  const migrations = [...MIGRATIONS, { version: LATEST + 1, up }]
  const error = await upgrade(dataDir, migrations).catch(error => error)
  expect(error).toBeInstanceOf(StoreTroubleError)
  expect(error.trouble).toMatchObject({
    kind: 'upgrade-failed',
    reason: expect.stringMatching(reason),
    before: { builds: 11, steps: 37 },
  })
  expect(error.trouble.stages.map((stage: { ok: boolean }) => stage.ok).slice(-2)).toEqual([
    false,
    true,
  ])
  expect([hashes(dataDir), readdirSync(dataDir).filter(name => name.includes('upgrad'))]).toEqual([
    before,
    [],
  ])
})

test('odd rows are kept whole, with where they were and why', async () => {
  const dataDir = releaseData('0.1.0', 'dirty')
  const { upgraded } = await prepareStores({ dataDir, version: 'test' })
  const db = new DatabaseSync(join(dataDir, 'history.sqlite'), { readOnly: true })
  const rows = db.prepare('SELECT table_name, reason, content FROM quarantine').all()
  expect(rows).toHaveLength(upgraded!.quarantined)
  const build = rows.find(row => row.table_name === 'builds')!
  expect([build.reason, JSON.parse(build.content as string)]).toEqual([
    expect.stringMatching(/refers to a row of \w+ that is not there/),
    {
      id: 9001,
      builder_id: 9999,
      number: 1,
      request_id: 9999,
      slave_id: 9999,
      run_id: 9999,
      revision: null,
      started_at: 1_700_000_000_000,
      complete_at: 1_700_000_001_000,
      results: 0,
      state_string: 'of a builder that is gone',
      mood: null,
      environment_id: null,
    },
  ])
  expect(
    rows
      .filter(row => row.reason === 'value is no JSON')
      .map(row => JSON.parse(row.content as string).value),
  ).toEqual(['{"half'])
  // What nobody here knows is still there.
  expect(db.prepare('SELECT mood, results FROM builds ORDER BY id LIMIT 1').get()).toMatchObject({
    mood: 'cheerful',
    results: 42,
  })
  expect(db.prepare('SELECT kind FROM steps ORDER BY id LIMIT 1').get()).toMatchObject({
    kind: 'teleport',
  })
  expect(db.prepare('SELECT text FROM notes').get()).toMatchObject({
    text: 'a table of somebody else',
  })
  db.close()
})

test('it says what it does, up to the end, and the old files are a backup with its counts', async () => {
  const dataDir = releaseData('0.1.0', 'clean')
  const heard: UpgradeProgress[] = []
  const { upgraded } = await prepareStores({
    dataDir,
    version: '9.9.9',
    onProgress: one => heard.push(one),
  })
  const shares = heard.map(one => one.share)
  expect([shares, shares.at(-1)]).toEqual([[...shares].sort((a, b) => a - b), 1])
  expect(upgraded).toMatchObject({
    version: '9.9.9',
    from: '0.1.0',
    quarantined: 0,
    counts: { builds: 11 },
  })
  const manifest = readManifest(join(dataDir, 'backups', upgraded!.backup))
  expect(manifest).toMatchObject({
    reason: 'before',
    version: '0.1.0',
    label: '9.9.9',
    counts: { builds: 11, steps: 37 },
    schemas: { history: 1 },
  })
})

function upgrade(dataDir: string, migrations: typeof MIGRATIONS) {
  return upgradeStores({
    dataDir,
    version: 'test',
    now: Date.now,
    behind: [{ store: { name: 'history.sqlite', migrations }, from: 1 }],
    onProgress() {},
    isCancelled: () => false,
  })
}

function hashes(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .filter(name => name.includes('sqlite'))
      .map(name => [
        name,
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
      ]),
  )
}

test.each([
  ['{"phase":"preparing","filling":""}'],
  ['{"phase":"swap"}'],
  [
    '{"phase":"preparing","version":"1","startedAt":1,"wroteVersion":"1","files":[],"filling":"..","backup":"x"}',
  ],
  ['[]'],
])('an upgrade.json that says %s removes nothing but what was begun', async text => {
  const dataDir = releaseData('0.1.0', 'clean')
  const { folder } = await createBackup({ dataDir, reason: 'manual', version: '1', now: 1 })
  const before = hashHistory(dataDir)
  writeFileSync(join(dataDir, 'upgrade.json'), text)

  expect(await finishUpgrade(dataDir)).toMatchObject({ kind: 'cut-short', version: 'unknown' })
  expect(hashHistory(dataDir)).toEqual(before)
  await verifyBackup(folder, { hashes: true })
  expect(readdirSync(dataDir)).not.toContain('upgrade.json')
})
