import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { listBackups } from '../../../main/master/backup/list.ts'
import { verifyBackup } from '../../../main/master/backup/verify.ts'
import { readHeader } from '../../../main/master/db/header.ts'
import { finishUpgrade } from '../../../main/master/upgrade/finish.ts'
import { readIntent } from '../../../main/master/upgrade/intent.ts'
import { lookAtStores } from '../../../main/master/upgrade/look.ts'
import { prepareStores } from '../../../main/master/upgrade/prepare.ts'
import { latestOf, STORES, storePath } from '../../../main/master/upgrade/stores.ts'
import { later } from '../../helpers/cleanup.ts'
import { contentsOf } from '../../helpers/contents.ts'
import { ACCIDENTS, type Accident, DiskModel } from '../../helpers/disk/disk-model.ts'
import {
  buildRecorder,
  CAN_RECORD,
  type Change,
  readTrace,
  runOnLayer,
} from '../../helpers/disk/recorder.ts'
import { LOGS_TO, startOn } from '../../helpers/disk/start-program.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { releaseData } from '../../helpers/releases.ts'

// Killed in mid-build: there are write-ahead logs as well.
const LEFT = 'killed'
const VERSION = '0.1.0'
const ENOSPC = 28
const EIO = 5
// So many of the points are gone through to the end; at the others it is enough that all is as before.
const WHOLE_UPGRADES = 20
const KILLS = 8

let layer: string
let before: string

beforeAll(() => {
  before = contentsOf(releaseData(VERSION, LEFT))
  if (CAN_RECORD) layer = buildRecorder()
})

test.skipIf(!CAN_RECORD)(
  'whatever is left at each write of an upgrade, the next start has all of the history (skipped without a C compiler on Linux)',
  async () => {
    const { changes, disk } = record()
    expect(changes.length).toBeGreaterThan(200)
    const ends: Record<Accident, Record<string, number>> = { killed: {}, dropped: {}, zeroed: {} }
    for (const [i, change] of changes.entries()) {
      disk.apply(change)
      for (const accident of ACCIDENTS) {
        // What leaves the same as the change before it needs no second look.
        if (accident === 'dropped' && change.op !== 'sync') continue
        if (accident === 'zeroed' && change.op === 'write') continue
        const folder = fastFolder()
        disk.leave(accident, folder)
        const end = await nextStart(folder, i % Math.ceil(changes.length / WHOLE_UPGRADES) === 0)
        ends[accident][end] = (ends[accident][end] ?? 0) + 1
        rmSync(folder, { recursive: true })
      }
    }
    console.log(`${changes.length} writes, syncs and renames; what was left after them:`, ends)
    // Both halves were seen: before the swap, and in it.
    for (const accident of ACCIDENTS)
      expect(Object.keys(ends[accident])).toEqual(expect.arrayContaining(['as before', 'finished']))
  },
  120_000,
)

test.skipIf(!CAN_RECORD)(
  'history and logs are of one version, whatever is left at each write of an upgrade of both (skipped without a C compiler on Linux)',
  async () => {
    const { changes, disk } = record('both')
    const seen = new Set<string>()
    for (const change of changes) {
      disk.apply(change)
      for (const accident of ACCIDENTS) {
        if (accident === 'dropped' && change.op !== 'sync') continue
        if (accident === 'zeroed' && change.op === 'write') continue
        const folder = fastFolder()
        disk.leave(accident, folder)
        await finishUpgrade(folder)
        seen.add(
          STORES.map(store => readHeader(storePath(folder, store)).userVersion).join(' and '),
        )
        expectClean(folder)
        rmSync(folder, { recursive: true })
      }
    }
    const [history] = STORES
    expect([...seen]).toEqual(['1 and 1', `${latestOf(history!)} and ${LOGS_TO}`])
  },
  120_000,
)

test.skipIf(!CAN_RECORD)(
  `a process that is really killed at ${KILLS} of these points leaves nothing else`,
  async () => {
    const { changes } = record()
    for (let i = 0; i < KILLS; i++) {
      const killAt = Math.floor(((i + 0.5) * changes.length) / KILLS) + 1
      const dataDir = releaseData(VERSION, LEFT, fastFolder())
      const { signal } = runOnLayer({ layer, dataDir, killAt, args: ['once', dataDir] })
      expect(signal).toBe('SIGKILL')
      await nextStart(dataDir, true)
      rmSync(dataDir, { recursive: true })
    }
  },
  60_000,
)

test.skipIf(!CAN_RECORD).each([
  ['full', ENOSPC, 13],
  ['broken', EIO, 17],
])(
  'a disk that is %s at a write of an upgrade leaves the old history or the new one',
  (_, errno, step) => {
    const pristine = releaseData(VERSION, LEFT)
    const dataDir = join(fastFolder(), 'data')
    mkdirSync(dataDir)
    const args = ['faults', dataDir, pristine, '1', String(step), String(errno)]
    const { stdout, stderr } = runOnLayer({ layer, dataDir, args })
    const tries = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect([stderr, tries.at(-1)?.said]).toEqual(['', expect.stringMatching(/^ok/)])
    expect(tries.length).toBeGreaterThan(10)
    const wrong = tries.filter(
      ({ said, after }) =>
        !/^(ok|upgrade-failed|unreadable)/.test(said) || after.startsWith('FAILED'),
    )
    expect(wrong).toEqual([])
    expectWhole(dataDir)
  },
)

test.skipIf(process.getuid?.() !== 0 || process.platform !== 'linux')(
  'a disk without room is told before anything is written, a read-only one as well (skipped unless root may mount)',
  async () => {
    const small = join(temporaryFolder('small'), 'mount')
    mkdirSync(small)
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', small]).status !== 0) return
    later(() => spawnSync('umount', [small]))
    const dataDir = releaseData(VERSION, 'clean', join(small, 'data'))
    const files = bytesOf(dataDir)
    await expect(prepareStores({ dataDir, version: 'test' })).rejects.toThrow(
      /not enough room .* MB are needed and \d MB are free\. Everything is as it was before\./,
    )
    expect(bytesOf(dataDir)).toEqual(files)
    spawnSync('mount', ['-o', 'remount,ro,size=64m', small])
    await expect(prepareStores({ dataDir, version: 'test' })).rejects.toThrow(
      /this user may not write there .* Everything is as it was before\./,
    )
    expect(bytesOf(dataDir)).toEqual(files)
  },
)

test('another program that has the file open is named, and nothing is changed', async () => {
  const dataDir = releaseData(VERSION, 'clean')
  const files = bytesOf(dataDir)
  const script = `const { DatabaseSync } = require('node:sqlite')
    const db = new DatabaseSync(${JSON.stringify(join(dataDir, 'history.sqlite'))})
    db.exec('BEGIN'); db.prepare('SELECT count(*) FROM builds').get()
    process.stdout.write('open'); process.stdin.resume()`
  const other = spawn(process.execPath, ['-e', script])
  later(() => other.kill('SIGKILL'))
  await once(other.stdout, 'data')
  await expect(prepareStores({ dataDir, version: 'test' })).rejects.toThrow(
    `another program has ${join(dataDir, 'history.sqlite')} open. Close it and try again. Everything is as it was before.`,
  )
  other.kill('SIGKILL')
  await once(other, 'exit')
  for (const name of readdirSync(dataDir)) if (/-(wal|shm)$/.test(name)) rmSync(join(dataDir, name))
  expect(bytesOf(dataDir)).toEqual(files)
})

test('a clock that was set back overwrites no backup', async () => {
  const dataDir = releaseData(VERSION, 'clean')
  const again = temporaryFolder('again')
  cpSync(dataDir, again, { recursive: true })
  const at = Date.now
  later(() => {
    Date.now = at
  })
  Date.now = () => 1_000_000_000_000
  await startOn(dataDir)
  // Back to what it was before, with the backup still there, at the very same time.
  for (const name of ['history.sqlite', 'logs.sqlite'])
    cpSync(join(again, name), join(dataDir, name))
  await startOn(dataDir)
  expect(listBackups(dataDir).map(({ name, problem }) => [name, problem])).toEqual([
    ['before-test-2001-09-09T01-46-40Z-2', null],
    ['before-test-2001-09-09T01-46-40Z', null],
  ])
})

test('an upgrade that is cancelled leaves everything as it was, and can be begun again', async () => {
  const dataDir = releaseData(VERSION, 'clean')
  const files = bytesOf(dataDir)
  const cancel = new AbortController()
  await expect(
    prepareStores({
      dataDir,
      version: 'test',
      signal: cancel.signal,
      onProgress: () => cancel.abort(),
    }),
  ).rejects.toThrow('was cancelled. Everything is as it was before.')
  expect(bytesOf(dataDir)).toEqual(files)
  await prepareStores({ dataDir, version: 'test' })
  expectWhole(dataDir, contentsOf(releaseData(VERSION, 'clean')))
})

// In memory where there is such a place: what is tested is the order of things, and not this disk.
function fastFolder(): string {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'triphammer-'))
  later(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function record(mode: 'once' | 'both' = 'once'): { changes: Change[]; disk: DiskModel } {
  const dataDir = releaseData(VERSION, LEFT)
  const disk = new DiskModel(dataDir)
  const trace = join(temporaryFolder('trace'), 'trace')
  const { status, stderr } = runOnLayer({ layer, dataDir, trace, args: [mode, dataDir] })
  expect([status, stderr]).toEqual([0, ''])
  if (mode === 'once') expectWhole(dataDir)
  return { changes: readTrace(trace), disk }
}

async function nextStart(folder: string, toTheEnd: boolean): Promise<string> {
  // Not for a moment is there none, for which a version without the note would make a new one.
  for (const store of STORES) expect(existsSync(storePath(folder, store))).toBe(true)
  const begun = readIntent(folder)
  if (toTheEnd || begun?.phase === 'swap') {
    await startOn(folder)
    expectWhole(folder)
    const [backup, ...others] = listBackups(folder)
    expect([backup?.problem, others]).toEqual([null, []])
    await verifyBackup(backup!.folder, { hashes: true })
    expect(contentsOf(backup!.folder)).toBe(before)
    return begun?.phase === 'swap' ? 'finished' : 'as before'
  }
  const found = await finishUpgrade(folder)
  const look = lookAtStores(folder)
  expect(['behind', 'current']).toContain(look.kind)
  // It tells what it found.
  expect(found.kind).toBe(begun === undefined ? 'nothing' : 'cut-short')
  expect(contentsOf(folder)).toBe(before)
  expectClean(folder)
  return look.kind === 'current' ? 'finished' : 'as before'
}

function expectWhole(folder: string, wanted = before) {
  expect(lookAtStores(folder, true).kind).toBe('current')
  expect(contentsOf(folder)).toBe(wanted)
  expectClean(folder)
}

function expectClean(folder: string) {
  const left = readdirSync(folder).filter(name => /^(\.upgrading|upgrade\.json)/.test(name))
  const backups = join(folder, 'backups')
  const unfinished = existsSync(backups)
    ? readdirSync(backups).filter(name => name.startsWith('.'))
    : []
  expect([left, unfinished]).toEqual([[], []])
}

function bytesOf(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .filter(name => name.includes('sqlite'))
      .map(name => [name, readFileSync(join(folder, name)).toString('base64')]),
  )
}
