import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../main/master/db/database.ts'
import { openHistory } from '../../../main/master/db/history.ts'
import { LATEST } from '../../../main/master/db/migrate.ts'
import { prepareStores } from '../../../main/master/upgrade/prepare.ts'
import { later } from '../../helpers/cleanup.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { testMaster } from '../../helpers/master.ts'

test('a file of a newer Triphammer is refused, and nothing in its folder changes', async () => {
  const folder = temporaryFolder()
  const path = newerFile(folder, 'history.sqlite')
  const before = hashes(folder)
  await expect(prepareStores({ dataDir: folder, version: '0' })).rejects.toThrow(
    `${path} was written by a newer Triphammer (schema 99, this version knows ${LATEST}). Nothing was changed. ` +
      'Start the newer version, or restore the backup made before the update.',
  )
  expect(hashes(folder)).toEqual(before)
})

test('a newer version that is only in the write-ahead log of a killed master is refused as well', async () => {
  const folder = temporaryFolder()
  const source = join(folder, 'source.sqlite')
  const db = openHistory(source)
  later(() => db.close())
  db.userVersion = 99
  const copy = temporaryFolder()
  const path = join(copy, 'history.sqlite')
  for (const end of ['', '-wal']) writeFileSync(path + end, readFileSync(source + end))
  const before = hashes(copy)
  await expect(prepareStores({ dataDir: copy, version: '0' })).rejects.toThrow('schema 99')
  expect(hashes(copy)).toEqual(before)
})

test.each(['history.sqlite', 'logs.sqlite'])(
  'a master does not start on a newer %s, and touches neither file',
  async name => {
    const one = await testMaster()
    await one.stop()
    newerFile(one.dataDir, name)
    const before = hashes(one.dataDir, /sqlite/)
    await expect(one.restart()).rejects.toThrow(`${name} was written by a newer Triphammer`)
    expect(hashes(one.dataDir, /sqlite/)).toEqual(before)
  },
)

test.each(['history.sqlite', 'logs.sqlite'])('a %s that is no database is named', async name => {
  const one = await testMaster()
  await one.stop()
  writeFileSync(join(one.dataDir, name), 'this is no database, but it is long enough'.repeat(100))
  await expect(one.restart()).rejects.toThrow(
    `${join(one.dataDir, name)} can't be read (file is not a database). Nothing was changed, and no build was started.`,
  )
})

test('the history and its logs are sound after they were used and opened again', async () => {
  const one = await testMaster({
    config: { builders: [{ name: 'a', steps: [{ shell: 'seq 1 10000' }] }] },
  })
  await one.build('a')
  await one.restart()
  await one.stop()
  const checks = ['history.sqlite', 'logs.sqlite'].map(name => {
    const db = openDatabase(join(one.dataDir, name))
    later(() => db.close())
    return [
      db.get('PRAGMA integrity_check')!.integrity_check,
      db.all('PRAGMA foreign_key_check').length,
    ]
  })
  expect(checks).toEqual([
    ['ok', 0],
    ['ok', 0],
  ])
})

test('what a master writes is for this user alone', async () => {
  const one = await testMaster({
    config: { builders: [{ name: 'a', steps: [{ shell: 'echo a > f' }, { upload: 'f' }] }] },
  })
  await one.build('a')
  const open = readdirSync(one.dataDir, { recursive: true, encoding: 'utf8' })
    // What a build makes in its own folder is the build's.
    .filter(name => !name.includes('/build') && !name.startsWith('slaves/local/a'))
    .filter(name => (statSync(join(one.dataDir, name)).mode & 0o077) !== 0)
    .filter(name => name !== 'master.yml')
  expect(open).toEqual([])
})

function newerFile(folder: string, name: string): string {
  const path = join(folder, name)
  const db = existsSync(path) ? openDatabase(path) : openHistory(path)
  db.userVersion = 99
  db.close()
  return path
}

// The index of the write-ahead log is no content; SQLite makes it anew.
function hashes(folder: string, names = /./): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .filter(name => names.test(name) && !name.endsWith('-shm'))
      .map(name => [
        name,
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
      ]),
  )
}
