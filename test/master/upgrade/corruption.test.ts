import { createHash } from 'node:crypto'
import {
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listBackups } from '../../../main/master/backup/list.ts'
import { restoreBackup } from '../../../main/master/backup/restore.ts'
import { checkDataDirectory } from '../../../main/master/upgrade/check.ts'
import { lookAtStores } from '../../../main/master/upgrade/look.ts'
import { StoreTroubleError } from '../../../main/master/upgrade/trouble.ts'
import { afterFile } from '../../helpers/cleanup.ts'
import { contentsOf } from '../../helpers/contents.ts'
import { startOn } from '../../helpers/disk/start-program.ts'
import { createRandom, type Random } from '../../helpers/random.ts'
import { releaseData } from '../../helpers/releases.ts'

const TRIES = 1000
// So many of them are put right with the backup, to the end.
const RESTORED_EACH = 100
const SEED = 4
const FILES = ['history.sqlite', 'logs.sqlite'] as const

test(`${TRIES} damages of random bytes at random places: nothing is built from an empty store, and the backup is there (seed ${SEED})`, async () => {
  const dataDir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'triphammer-'))
  afterFile(() => rmSync(dataDir, { recursive: true, force: true }))
  releaseData('0.1.0', 'clean', dataDir)
  const before = contentsOf(dataDir)
  await startOn(dataDir)
  const whole = Object.fromEntries(FILES.map(name => [name, readFileSync(join(dataDir, name))]))
  const [backup] = listBackups(dataDir)
  const kept = hashOfTree(backup!.folder)
  const random = createRandom(SEED)
  const ends: Record<string, number> = {}

  for (let i = 0; i < TRIES; i++) {
    const name = random.pick(FILES)
    const path = join(dataDir, name)
    const bytes = damage(whole[name]!, random)
    writeFileSync(path, bytes)
    const look = lookAtStores(dataDir)
    const end = look.kind === 'trouble' ? look.trouble.kind : look.kind
    ends[end] = (ends[end] ?? 0) + 1
    // Bytes that nothing is kept in may be anything.
    expect(['current', 'behind', 'trouble']).toContain(look.kind)
    if (look.kind === 'behind') await expect(startOn(dataDir)).rejects.toThrow(StoreTroubleError)
    if (look.kind === 'trouble') await expect(startOn(dataDir)).rejects.toThrow(StoreTroubleError)
    if (look.kind !== 'current')
      expect(readFileSync(path).equals(bytes), `${name}, try ${i}`).toBe(true)
    if (look.kind === 'trouble' && i % 10 === 0) {
      const facts = checkDataDirectory(dataDir, 'test', { whole: true, now: 0 })
      const restore = facts.ways.find(way => way.name === 'restore')
      expect([facts.ok, restore?.need, facts.backups.length]).toEqual([false, null, 1])
    }
    if (i % RESTORED_EACH === 0) {
      const { replaced } = await restoreBackup({
        dataDir,
        from: backup!.folder,
        version: 'test',
        now: i,
      })
      expect([contentsOf(dataDir), readFileSync(join(replaced!, name)).equals(bytes)]).toEqual([
        before,
        true,
      ])
      rmSync(replaced!, { recursive: true })
      for (const one of FILES) rmSync(join(dataDir, one))
    }
    for (const one of FILES) writeFileSync(join(dataDir, one), whole[one]!)
  }
  console.log(`${TRIES} damages:`, ends)
  expect([hashOfTree(backup!.folder), listBackups(dataDir).map(one => one.name)]).toEqual([
    kept,
    [backup!.name],
  ])
  expect(ends.damaged).toBeGreaterThan(100)
}, 120_000)

test.each([
  ['empty', () => Buffer.alloc(0)],
  ['full of zeros', (bytes: Buffer) => Buffer.alloc(bytes.length)],
  ['cut in half', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ['a text', () => Buffer.from('this is no database\n'.repeat(500))],
])('a history.sqlite that is %s is never taken for a new one', async (_, spoil) => {
  const dataDir = releaseData('0.1.0', 'clean')
  await startOn(dataDir)
  const path = join(dataDir, 'history.sqlite')
  const bytes = spoil(readFileSync(path))
  writeFileSync(path, bytes)
  await expect(startOn(dataDir)).rejects.toThrow(
    /history\.sqlite (can't be read|holds nothing, and there was a history)/,
  )
  expect(readFileSync(path).equals(bytes)).toBe(true)
})

test.each(['history.sqlite', 'logs.sqlite'])(
  'a %s that is gone is missed, whatever else there is',
  async name => {
    const dataDir = releaseData('0.1.0', 'clean')
    await startOn(dataDir)
    rmSync(join(dataDir, name))
    await expect(startOn(dataDir)).rejects.toThrow(`${name} is gone, and there was a history`)
    expect(existsSync(join(dataDir, name))).toBe(false)
  },
)

test('a folder in which nothing was built yet is fresh, also after a first start that was killed', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'triphammer-'))
  afterFile(() => rmSync(dataDir, { recursive: true, force: true }))
  expect(lookAtStores(dataDir)).toEqual({ kind: 'fresh' })
  writeFileSync(join(dataDir, 'history.sqlite'), '')
  expect(lookAtStores(dataDir)).toEqual({ kind: 'fresh' })
})

function damage(whole: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(whole)
  const stretches = random.int(1, 4)
  for (let i = 0; i < stretches; i++) {
    const at = random.int(0, bytes.length - 1)
    // Headers are small and matter most.
    const from = random.chance(0.2) ? random.int(0, 200) : at
    random.bytes(random.int(1, 64)).copy(bytes, from)
  }
  return random.chance(0.1) ? bytes.subarray(0, random.int(0, bytes.length)) : bytes
}

function hashOfTree(folder: string): string {
  const hash = createHash('sha256')
  for (const path of globSync('**', { cwd: folder }).sort())
    if (statSync(join(folder, path)).isFile())
      hash.update(path).update(readFileSync(join(folder, path)))
  return hash.digest('hex')
}
