import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { list } from 'tar'
import { beforeAll, describe, expect, test } from 'vitest'
import { packBackup, unpackBackup } from '../../../main/master/backup/archive.ts'
import { BACKUPS, createBackup } from '../../../main/master/backup/create.ts'
import { demandSpace } from '../../../main/master/backup/files.ts'
import { listBackups } from '../../../main/master/backup/list.ts'
import { finishRestore, restoreBackup } from '../../../main/master/backup/restore.ts'
import { verifyBackup } from '../../../main/master/backup/verify.ts'
import { SUCCESS } from '../../../main/master/results.ts'
import { afterFile } from '../../helpers/cleanup.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { hashHistory } from '../../helpers/history-hash.ts'
import { testMaster } from '../../helpers/master.ts'
import { releaseData } from '../../helpers/releases.ts'

const GO = join(tmpdir(), `triphammer-go-${process.pid}-${Date.now()}`)
const SAY = 'seq 2000; echo oops >&2; echo kept > a.txt'
const TALK = 'seq 500; until [ -e "$GO" ]; do sleep 0.05; done; seq 500'
const CONFIG = {
  builders: [
    { name: 'say', steps: [{ shell: SAY, name: 'shell' }, { upload: '*.txt' }] },
    { name: 'talk', env: { GO }, steps: [{ shell: TALK, name: 'shell' }] },
  ],
}
const FACTS = { version: '1.2.3', now: 1_700_000_000_000 }

/** A data directory with a backup in it, and builds that came after the backup. */
let original: string
let backupName: string
let atBackup: Record<string, string>
let afterwards: Record<string, string>

beforeAll(async () => {
  const test = await testMaster({ config: CONFIG })
  await test.build('say')
  const talking = test.request('talk')
  await test.wrote('shell', '500')
  const made = await createBackup({ dataDir: test.dataDir, reason: 'manual', ...FACTS })
  writeFileSync(GO, '')
  afterFile(() => rmSync(GO))
  await test.completed(talking)
  await test.build('say')
  writeFileSync(join(test.dataDir, 'state.json'), '{"theme":"dark"}\n')
  await test.stop()
  original = test.dataDir
  backupName = made.name
  atBackup = hashHistory(made.folder)
  afterwards = hashHistory(original)
})

// As whoever made it would have.
function describeAnew(from: string) {
  const path = join(from, 'manifest.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  for (const file of manifest.files) {
    const content = readFileSync(join(from, file.path))
    file.sizeBytes = content.length
    file.sha256 = createHash('sha256').update(content).digest('hex')
  }
  writeFileSync(path, JSON.stringify(manifest))
}

function copyOfOriginal(): { dataDir: string; from: string } {
  const dataDir = temporaryFolder('data')
  cpSync(original, dataDir, { recursive: true })
  return { dataDir, from: join(dataDir, BACKUPS, backupName) }
}

test('a backup made under load brings back the history, the logs and the artifacts, and the master goes on', async () => {
  const { dataDir, from } = copyOfOriginal()
  const { replaced } = await restoreBackup({ dataDir, from, ...FACTS })
  expect(hashHistory(dataDir)).toEqual(atBackup)
  expect(existsSync(join(dataDir, 'state.json'))).toBe(false)

  const { data, build, completed, logText } = await testMaster({ dataDir })
  const cut = data.builds({ limit: 10 }).find(one => one.results !== SUCCESS)!
  await completed(cut.requestId)
  const again = await build('say')
  expect(await logText(again, 'shell', { streams: ['stderr'] })).toBe('oops\n')
  expect(again.number).toBe(2)
  // What was there before can be had again.
  expect(hashHistory(replaced!)).toEqual(afterwards)
  expect(await verifyBackup(replaced!, { hashes: true })).toMatchObject({ reason: 'replaced' })
})

test.each(['clean', 'dirty'] as const)(
  'a backup of 0.1.0 (%s) is restored as it is, and brought up to date by the next start',
  async left => {
    const old = releaseData('0.1.0', left)
    const { folder, manifest } = await createBackup({ dataDir: old, reason: 'manual', ...FACTS })
    const dataDir = temporaryFolder('data')
    await restoreBackup({ dataDir, from: folder, ...FACTS })
    expect([manifest.schemas, hashHistory(dataDir)]).toEqual([
      { history: 1, logs: 1 },
      hashHistory(folder),
    ])
    const { data } = await testMaster({ dataDir, mode: 'dormant' })
    if (left === 'clean') expect(data.countBuilds({})).toBe(manifest.counts.builds)
  },
)

test('what a restore replaced is itself restored', async () => {
  const { dataDir, from } = copyOfOriginal()
  const { replaced } = await restoreBackup({ dataDir, from, ...FACTS })
  await restoreBackup({ dataDir, from: replaced!, ...FACTS })
  expect(hashHistory(dataDir)).toEqual(afterwards)
  expect(readFileSync(join(dataDir, 'state.json'), 'utf8')).toBe('{"theme":"dark"}\n')
  expect(listBackups(dataDir).map(one => [one.manifest?.reason, one.problem])).toEqual([
    ['replaced', null],
    ['replaced', null],
    ['manual', null],
  ])
})

test('a write-ahead log of the old history does not get into the restored one', async () => {
  const { dataDir, from } = copyOfOriginal()
  for (const name of ['history.sqlite-wal', 'history.sqlite-shm'])
    writeFileSync(join(dataDir, name), Buffer.alloc(4096, 7))
  const { replaced } = await restoreBackup({ dataDir, from, ...FACTS })
  expect(hashHistory(dataDir)).toEqual(atBackup)
  expect(readdirSync(replaced!)).toContain('history.sqlite')
})

test('a history that can not be read any more is kept as it is, and the backup comes in its place', async () => {
  const { dataDir, from } = copyOfOriginal()
  const damaged = readFileSync(join(dataDir, 'history.sqlite')).fill(0xff, 0, 8192)
  writeFileSync(join(dataDir, 'history.sqlite'), damaged)
  const { replaced } = await restoreBackup({ dataDir, from, ...FACTS })
  expect(hashHistory(dataDir)).toEqual(atBackup)
  expect(readFileSync(join(replaced!, 'history.sqlite')).equals(damaged)).toBe(true)
  expect(listBackups(dataDir).find(one => one.folder === replaced)?.problem).toMatch(
    /not a database/,
  )
})

test.each(['.tar', '.tar.zst', '.tgz'])(
  'a backup packed as %s is one file that can be restored elsewhere',
  async ending => {
    const { from } = copyOfOriginal()
    const folder = temporaryFolder()
    const file = join(folder, `mine${ending}`)
    await packBackup(from, file)
    const entries: string[] = []
    await list({ file, onReadEntry: entry => void entries.push(entry.path) })
    expect(entries[0]).toBe('./manifest.json')
    expect(new Set(entries).size).toBe(entries.length)
    await unpackBackup(file, join(folder, 'unpacked'))
    const dataDir = join(folder, 'data')
    const { replaced } = await restoreBackup({
      dataDir: made(dataDir),
      from: join(folder, 'unpacked'),
      ...FACTS,
    })
    expect([hashHistory(dataDir), replaced]).toEqual([atBackup, null])
    expect(readdirSync(folder).sort()).toEqual(['data', `mine${ending}`, 'unpacked'])
  },
)

function made(dataDir: string): string {
  cpSync(temporaryFolder(), dataDir, { recursive: true })
  return dataDir
}

describe('nothing is changed by a backup that', () => {
  test.each([
    ['has a flipped byte in its history', 'history.sqlite', /history\.sqlite is damaged/],
    ['has a flipped byte in its logs', 'logs.sqlite', /logs\.sqlite is damaged/],
    ['has a flipped byte in a setting', 'master.yml', /master\.yml is damaged/],
  ])('%s', async (_, name, reason) => {
    const { dataDir, from } = copyOfOriginal()
    const path = join(from, name)
    const bytes = readFileSync(path)
    bytes[Math.floor(bytes.length / 2)]! ^= 1
    writeFileSync(path, bytes)
    await expect(restoreBackup({ dataDir, from, ...FACTS })).rejects.toThrow(reason)
    expect(hashHistory(dataDir)).toEqual(afterwards)
  })

  test.each([
    ['has lost its logs', 'logs.sqlite', /logs\.sqlite is gone/],
    ['has lost its manifest', 'manifest.json', /is not a backup: it has no manifest\.json/],
  ])('%s', async (_, name, reason) => {
    const { dataDir, from } = copyOfOriginal()
    rmSync(join(from, name))
    await expect(restoreBackup({ dataDir, from, ...FACTS })).rejects.toThrow(reason)
    expect(listBackups(dataDir)[0]!.problem).toMatch(/gone|no manifest/)
    expect(hashHistory(dataDir)).toEqual(afterwards)
  })

  test.each([
    ['is of a later format', { format: 99 }, /made by a newer Triphammer \(format 99/],
    ['is of a later schema', { schemas: { history: 99, logs: 1 } }, /schema of history/],
    [
      'leads out of its folder',
      { files: [{ path: '../x', sizeBytes: 0, sha256: '0'.repeat(64) }] },
      /manifest\.json is damaged/,
    ],
  ])('%s', async (_, changed, reason) => {
    const { dataDir, from } = copyOfOriginal()
    const manifest = JSON.parse(readFileSync(join(from, 'manifest.json'), 'utf8'))
    writeFileSync(join(from, 'manifest.json'), JSON.stringify({ ...manifest, ...changed }))
    await expect(restoreBackup({ dataDir, from, ...FACTS })).rejects.toThrow(reason)
    expect(hashHistory(dataDir)).toEqual(afterwards)
  })
})

test('a backup that names what is no part of one is refused, and nothing is changed', async () => {
  const { dataDir, from } = copyOfOriginal()
  writeFileSync(join(from, 'restore.json'), '{}')
  const manifest = JSON.parse(readFileSync(join(from, 'manifest.json'), 'utf8'))
  const sha256 = createHash('sha256').update('{}').digest('hex')
  manifest.files.push({ path: 'restore.json', sizeBytes: 2, sha256 })
  writeFileSync(join(from, 'manifest.json'), JSON.stringify(manifest))

  await expect(restoreBackup({ dataDir, from, ...FACTS })).rejects.toThrow(
    /names restore\.json, which is no part of a backup\. Nothing was changed\./,
  )
  expect(hashHistory(dataDir)).toEqual(afterwards)
})

test.skipIf(process.platform === 'win32')(
  'a link in a backup brings no file of this machine along',
  async () => {
    const { dataDir, from } = copyOfOriginal()
    const outside = join(temporaryFolder('outside'), 'logs.sqlite')
    copyFileSync(join(from, 'logs.sqlite'), outside)
    rmSync(join(from, 'logs.sqlite'))
    symlinkSync(outside, join(from, 'logs.sqlite'))

    await expect(restoreBackup({ dataDir, from, ...FACTS })).rejects.toThrow(
      /logs\.sqlite is not a plain file, .* Nothing was changed\./,
    )
    expect(hashHistory(dataDir)).toEqual(afterwards)
  },
)

test.each([
  ['{}'],
  ['{"phase":"in","aside":"","leaving":[],"coming":["backups"],"version":"1","now":1}'],
  ['{"phase":"aside","aside":"x","leaving":["../../etc"],"coming":[],"version":"1","now":1}'],
  ['{"phase":"aside","aside":"x","leaving":["backups"],"coming":[],"version":"1","now":1}'],
  [
    '{"phase":"aside","aside":"x","leaving":["api-token","lock"],"coming":[],"version":"1","now":1}',
  ],
  ['{"phase":"in","aside":"x","leaving":[],"coming":["slaves"],"version":"1","now":1}'],
  ['not even JSON'],
])('a restore.json that says %s is told, and moves and removes nothing', async text => {
  const { dataDir } = copyOfOriginal()
  writeFileSync(join(dataDir, 'restore.json'), text)

  await expect(finishRestore(dataDir)).rejects.toThrow(
    /restore\.json can't be read \(.+\)\. A restore was under way; what was there before is in .*backups\./,
  )
  expect(hashHistory(dataDir)).toEqual(afterwards)
  expect(listBackups(dataDir).map(one => one.problem)).toEqual([null])
})

test.each([
  ['aside', '["master.yml"]', '[]'],
  ['in', '["history.sqlite"]', '["history.sqlite"]'],
])(
  'a restore.json in phase "%s" whose backup is gone is carried on with, and loses nothing',
  async (phase, leaving, coming) => {
    const { dataDir } = copyOfOriginal()
    const note = `{"phase":"${phase}","aside":"x","leaving":${leaving},"coming":${coming},"version":"1","now":1}`
    writeFileSync(join(dataDir, 'restore.json'), note)

    await finishRestore(dataDir)
    expect(existsSync(join(dataDir, 'restore.json'))).toBe(false)
    expect(hashHistory(dataDir)).toEqual(afterwards)
  },
)

test('a backup from elsewhere whose history acts by itself is refused unless it is trusted', async () => {
  const { from } = copyOfOriginal()
  const db = new DatabaseSync(join(from, 'history.sqlite'))
  db.exec('CREATE TRIGGER evil AFTER INSERT ON changes BEGIN DELETE FROM builds; END')
  db.close()
  describeAnew(from)
  const dataDir = temporaryFolder('new')

  await expect(restoreBackup({ dataDir, from, ...FACTS })).rejects.toThrow(
    /history\.sqlite has a trigger "evil", which acts by itself .* Nothing was changed/,
  )
  expect(readdirSync(dataDir)).toEqual([])
  await restoreBackup({ dataDir, from, keys: true, ...FACTS })
})

test.skipIf(process.platform === 'win32')(
  'a name in a backup that leads nowhere spoils no list',
  () => {
    const { dataDir, from } = copyOfOriginal()
    symlinkSync('/nowhere/at/all', join(from, 'gone'))

    expect(listBackups(dataDir).map(one => one.problem)).toEqual([null])
  },
)

test('a restore that is killed at any step is whole after the next start, or was never begun', async () => {
  const run = (what: string, dataDir: string, killAt = 0) => {
    const script = join(import.meta.dirname, 'work.ts')
    const from = join(dataDir, BACKUPS, backupName)
    const args = [script, what, dataDir, from, String(killAt)]
    return spawnSync(process.execPath, args, { encoding: 'utf8' })
  }
  const steps = Number(run('restore', copyOfOriginal().dataDir).stdout)
  expect(steps).toBeGreaterThan(15)
  const seen = new Set<string>()
  // Before files change places there is little to tell apart.
  const replacing = steps - 15
  for (let n = 1; n <= steps; n += n < replacing ? 6 : 1) {
    const { dataDir } = copyOfOriginal()
    expect(run('restore', dataDir, n).signal).toBe('SIGKILL')
    // The start that carries on is killed, too.
    if (n % 5 === 0) run('finish', dataDir, 3)
    await finishRestore(dataDir)
    const is = JSON.stringify(hashHistory(dataDir))
    const state = is === JSON.stringify(atBackup) ? 'new' : 'old'
    expect(is).toBe(JSON.stringify(state === 'new' ? atBackup : afterwards))
    expect(readdirSync(dataDir).filter(name => /restor/.test(name))).toEqual([])
    expect(
      listBackups(dataDir)
        .map(one => one.problem)
        .filter(Boolean),
    ).toEqual([])
    seen.add(state)
  }
  expect([...seen]).toEqual(['old', 'new'])
}, 120_000)

test('nothing is begun where there is no room for it', async () => {
  const { dataDir } = copyOfOriginal()
  await expect(demandSpace(join(dataDir, 'not', 'yet'), 1e18)).rejects.toThrow(
    /^there is not enough room in .*: 1,000,000,000,000 MB are needed and [\d,]+ MB are free\. Nothing was written\.$/,
  )
  expect(existsSync(join(dataDir, 'not'))).toBe(false)
})

test('a backup that is killed at any step leaves no folder with a proper name, and no harm', () => {
  const script = join(import.meta.dirname, 'work.ts')
  const run = (dataDir: string, killAt: number) =>
    spawnSync(process.execPath, [script, 'create', dataDir, '-', String(killAt)], {
      encoding: 'utf8',
    })
  const { dataDir } = copyOfOriginal()
  const steps = Number(run(dataDir, 0).stdout)
  const before = listBackups(dataDir)
  expect([steps > 4, before.length]).toEqual([true, 2])
  for (let n = 1; n <= steps; n++) {
    expect(run(dataDir, n).signal).toBe('SIGKILL')
    expect(listBackups(dataDir)).toEqual(before)
  }
  expect(hashHistory(dataDir)).toEqual(afterwards)
}, 60_000)
