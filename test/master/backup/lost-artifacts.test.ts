import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeAll, expect, test } from 'vitest'
import { artifactPath } from '../../../main/master/artifact-path.ts'
import { createBackup } from '../../../main/master/backup/create.ts'
import { describeBackup, listBackups } from '../../../main/master/backup/list.ts'
import { restoreBackup } from '../../../main/master/backup/restore.ts'
import { openArtifacts } from '../../../main/master/data/artifacts.ts'
import { exportData } from '../../../main/master/exchange/export.ts'
import { importData } from '../../../main/master/exchange/import.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { testMaster } from '../../helpers/master.ts'

const FACTS = { version: 'test', now: 1_796_000_000_000 }
let original = ''
let sha256 = ''

beforeAll(async () => {
  const one = await testMaster({
    config: {
      builders: [
        { name: 'a', steps: [{ shell: 'echo x > x; echo y > y' }, { upload: ['x', 'y'] }] },
      ],
    },
  })
  const build = await one.build('a')
  sha256 = one.data.artifactsOfBuild(build.id).find(file => file.path === 'x')!.sha256
  await one.stop()
  original = one.dataDir
  writeFileSync(join(original, 'api-token'), 'mine')
})

const FAULTS = [
  ['flipped', 'its file is damaged', (path: string) => writeFileSync(path, 'z\n')],
  ['cut', 'its file is damaged', (path: string) => truncateSync(path)],
  ['grown', 'its file is damaged', (path: string) => writeFileSync(path, 'x\nmore\n')],
  ['gone', 'its file is gone', (path: string) => rmSync(path)],
] as const

test.each(FAULTS)(
  'a kept file that is %s is left out of a backup, and named',
  async (_, problem, spoil) => {
    const dataDir = copy()
    spoil(join(dataDir, artifactPath(sha256)))
    const { folder } = await createBackup({ ...FACTS, dataDir, reason: 'manual' })
    const [listed] = listBackups(dataDir)
    expect(describeBackup(listed!)).toMatchObject({
      problem: null,
      lackingFiles: 1,
      lacking: [`a #1, x: ${problem}`],
    })
    const { lost } = await restoreBackup({ ...FACTS, dataDir, from: folder })
    expect([lost, existsSync(join(dataDir, artifactPath(sha256))), kept(dataDir)]).toEqual([
      ['a #1, x: its file is gone'],
      false,
      ['y\n'],
    ])
  },
)

test.each(FAULTS)(
  'a kept file that is %s in a backup costs itself, and not the backup',
  async (_, problem, spoil) => {
    const dataDir = copy()
    const { folder } = await createBackup({ ...FACTS, dataDir, reason: 'manual' })
    // A copy of its own, as of another disk: here it has two names for one file.
    const from = temporaryFolder('elsewhere')
    cpSync(folder, from, { recursive: true })
    spoil(join(from, artifactPath(sha256)))
    const { lost } = await restoreBackup({ ...FACTS, dataDir: temporaryFolder('new'), from })
    expect(lost).toEqual([`a #1, x: ${problem}`])
  },
)

test.each(FAULTS)(
  'a kept file that is %s costs itself in an export and an import',
  async (_, problem, spoil) => {
    const dataDir = copy()
    spoil(join(dataDir, artifactPath(sha256)))
    const into = join(temporaryFolder('export'), 'all')
    const { artifacts } = await exportData({ ...FACTS, dataDir, into })
    expect([artifacts.count, artifacts.missing, artifacts.lost]).toEqual([
      1,
      [sha256],
      [`a #1, x: ${problem}`],
    ])
    const imported = temporaryFolder('imported')
    const { lost } = await importData({ ...FACTS, dataDir: imported, from: into })
    expect([lost, kept(imported)]).toEqual([['a #1, x: its file is gone'], ['y\n']])

    const whole = join(temporaryFolder('export'), 'whole')
    await exportData({ ...FACTS, dataDir: copy(), into: whole })
    spoil(join(whole, artifactPath(sha256)))
    const again = await importData({ ...FACTS, dataDir: temporaryFolder('imported'), from: whole })
    expect(again.lost).toEqual([`a #1, x: ${problem}`])
  },
)

test('a row never says where a file lies', async () => {
  const home = temporaryFolder('home')
  const dataDir = join(home, 'a/b/c/data')
  copy(dataDir)
  writeFileSync(join(home, 'secret.txt'), 'secret')
  const path = '../../../../secret.txt'
  change(dataDir, `UPDATE artifacts SET sha256 = '${path}' WHERE path = 'x'`)
  const before = globSync('**', { cwd: home }).length
  const { folder, manifest } = await createBackup({ ...FACTS, dataDir, reason: 'manual' })
  expect(manifest.artifacts.lost).toEqual([
    'a #1, x: its row in history does not say which file it is',
  ])
  const into = join(temporaryFolder('export'), 'all')
  await exportData({ ...FACTS, dataDir, into })
  await importData({ ...FACTS, dataDir: temporaryFolder('imported'), from: into })
  await restoreBackup({ ...FACTS, dataDir, from: folder })
  expect(
    globSync('{secret.txt,*/secret.txt,*/*/secret.txt,*/*/*/secret.txt}', { cwd: home }),
  ).toEqual(['secret.txt'])
  expect(before).toBeGreaterThan(5)
  const read = openArtifacts(join(dataDir, 'artifacts')).read(path)
  await expect(read.toArray()).rejects.toThrow('ENOENT')
})

test('a backup or an export from elsewhere brings no token, key or lock', async () => {
  const dataDir = copy()
  mkdirSync(join(dataDir, 'secrets'))
  writeFileSync(join(dataDir, 'secrets', 'key'), 'theirs')
  const { folder } = await createBackup({ ...FACTS, dataDir, reason: 'manual' })
  const from = temporaryFolder('elsewhere')
  cpSync(folder, from, { recursive: true })

  const mine = temporaryFolder('mine')
  writeFileSync(join(mine, 'api-token'), 'another')
  const { keysLeft } = await restoreBackup({ ...FACTS, dataDir: mine, from })
  expect([keysLeft.toSorted(), readFileSync(join(mine, 'api-token'), 'utf8')]).toEqual([
    ['api-token', 'secrets'],
    'another',
  ])
  expect(existsSync(join(mine, 'secrets'))).toBe(false)
  // Whoever says so takes them; so does who goes back to a backup of their own.
  await restoreBackup({ ...FACTS, dataDir: mine, from, keys: true })
  expect(readFileSync(join(mine, 'api-token'), 'utf8')).toBe('mine')
  expect((await restoreBackup({ ...FACTS, dataDir, from: folder })).keysLeft).toEqual([])

  const into = join(temporaryFolder('export'), 'all')
  await exportData({ ...FACTS, dataDir, into })
  const header = JSON.parse(readFileSync(join(into, 'export.json'), 'utf8'))
  for (const name of ['api-token', 'lock.json', 'restore.json', 'secrets', 'acknowledged.json']) {
    writeFileSync(join(into, 'settings', name), 'theirs')
    const settings = [...header.settings, name]
    writeFileSync(join(into, 'export.json'), JSON.stringify({ ...header, settings }))
    const target = temporaryFolder('imported')
    await expect(importData({ ...FACTS, dataDir: target, from: into })).rejects.toThrow(
      'export.json is damaged (settings',
    )
    expect(existsSync(join(target, name))).toBe(false)
  }
})

test('a text that is no UTF-8 comes back byte for byte', async () => {
  const dataDir = copy()
  change(
    dataDir,
    `UPDATE builds SET state_string = CAST(x'61FF62C3' AS TEXT);
     UPDATE build_properties SET source = CAST(x'FE41' AS TEXT);
     UPDATE steps SET state_string = char(65533) || 'a'`,
  )
  const into = join(temporaryFolder('export'), 'all')
  await exportData({ ...FACTS, dataDir, into })
  const imported = temporaryFolder('imported')
  await importData({ ...FACTS, dataDir: imported, from: into })
  const texts = (folder: string) => {
    const db = new DatabaseSync(join(folder, 'history.sqlite'), { readOnly: true })
    try {
      return ['builds.state_string', 'build_properties.source', 'steps.state_string'].map(place => {
        const [table, column] = place.split('.')
        return db.prepare(`SELECT hex(${column}) AS h, typeof(${column}) AS t FROM ${table}`).all()
      })
    } finally {
      db.close()
    }
  }
  expect(texts(imported)).toEqual(texts(dataDir))
  expect(texts(dataDir)[0]).toEqual([{ h: '61FF62C3', t: 'text' }])
})

function copy(dataDir = temporaryFolder('copy')): string {
  cpSync(original, dataDir, { recursive: true })
  return dataDir
}

function change(dataDir: string, sql: string) {
  const db = new DatabaseSync(join(dataDir, 'history.sqlite'))
  db.exec(sql)
  db.close()
}

function kept(dataDir: string): string[] {
  return globSync('artifacts/??/*', { cwd: dataDir }).map(path =>
    readFileSync(join(dataDir, path), 'utf8'),
  )
}
