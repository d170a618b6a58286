import {
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeAll, expect, test } from 'vitest'
import { listBackups } from '../../../main/master/backup/list.ts'
import { SYNCS_SQL } from '../../../main/master/db/syncs.ts'
import { readAcknowledged } from '../../../main/master/upgrade/acknowledged.ts'
import { makeEmptyStores } from '../../../main/master/upgrade/empty.ts'
import { goOnWithRest } from '../../../main/master/upgrade/go-on.ts'
import { lookAtStores } from '../../../main/master/upgrade/look.ts'
import type { StoreTrouble } from '../../../main/master/upgrade/trouble.ts'
import { describeStoreTrouble } from '../../../main/master/upgrade/trouble.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { testMaster } from '../../helpers/master.ts'
import { eventually } from '../../helpers/processes.ts'
import { createRandom } from '../../helpers/random.ts'

const SEED = Math.floor(Math.random() * 1e9)
const FILES = ['history.sqlite', 'history.sqlite-wal', 'logs.sqlite', 'logs.sqlite-wal']

/** The files of a master that was killed with three builds in its main files and three in its write-ahead logs. */
let killed = ''

beforeAll(async () => {
  killed = temporaryFolder('killed')
  const one = await testMaster({
    config: { builders: [{ name: 'a', steps: [{ name: 'talk', shell: 'seq 9' }] }] },
  })
  for (let i = 0; i < 3; i++) await one.build('a')
  await one.restart()
  // Whoever reads an old state keeps what comes after it out of the main files.
  const readers = ['history.sqlite', 'logs.sqlite'].map(name => {
    const reader = new DatabaseSync(join(one.dataDir, name), { readOnly: true })
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM logs').get()
    return reader
  })
  for (let i = 0; i < 3; i++) await one.build('a')
  await acknowledged(one.dataDir, 6)
  for (const name of [...FILES, 'acknowledged.json', 'master.yml', 'master.last-good.yml'])
    cpSync(join(one.dataDir, name), join(killed, name))
  for (const reader of readers) reader.close()
})

/** Waits until a sync has covered that build and its end. */
async function acknowledged(dataDir: string, build: number) {
  const reached = () => readAcknowledged(dataDir)?.history
  await eventually(() => (reached()?.builds ?? 0) >= build, 'the last build is on the disk')
  const { number } = reached()!
  const db = new DatabaseSync(join(dataDir, 'history.sqlite'), { readOnly: true })
  const counted = db.prepare(SYNCS_SQL).get()!.value
  db.close()
  // Whatever came after that sync comes with the next one.
  if (Number(counted) > number)
    await eventually(() => reached()!.number > number, 'the end of the last build is on the disk')
}

function copyOf(spoil: (folder: string) => void = () => {}): string {
  const folder = temporaryFolder('copy')
  cpSync(killed, folder, { recursive: true })
  spoil(folder)
  return folder
}

function stand(folder: string, stood: object) {
  writeFileSync(join(folder, 'state.json'), JSON.stringify({ lastRun: { stood } }))
}

function troubleIn(folder: string): StoreTrouble | undefined {
  const look = lookAtStores(folder)
  return look.kind === 'trouble' ? look.trouble : undefined
}

test('a master that was killed has everything, and nothing is called damage', () => {
  expect(troubleIn(copyOf())).toBeUndefined()
})

test.each([
  ['gone', (path: string) => rmSync(path)],
  ['empty', (path: string) => truncateSync(path)],
  ['empty', (path: string) => writeFileSync(path, Buffer.alloc(readFileSync(path).length))],
  ['damaged', (path: string) => spoilAt(path, 40)],
] as const)('the write-ahead log of history is missed when it is %s', (state, spoil) => {
  const folder = copyOf(to => spoil(join(to, 'history.sqlite-wal')))
  expect(troubleIn(folder)).toMatchObject({
    kind: 'lost',
    file: 'history.sqlite',
    writeAheadLog: state,
    held: { builds: 3 },
    acknowledged: { builds: 6 },
  })
  expect(describeStoreTrouble(folder, troubleIn(folder)!)).toContain(
    'ends at build 3; 6 were acknowledged.',
  )
})

test('the write-ahead log of the logs is missed as well', () => {
  const folder = copyOf(to => rmSync(join(to, 'logs.sqlite-wal')))
  expect(troubleIn(folder)).toMatchObject({ kind: 'lost', file: 'logs.sqlite' })
})

test('main files alone are an older history, and say so while acknowledged.json is there', () => {
  const wals = FILES.filter(name => name.endsWith('-wal'))
  const folder = copyOf(to => wals.map(name => rmSync(join(to, name))))
  expect(troubleIn(folder)).toMatchObject({ kind: 'lost', held: { builds: 3 } })
  // A copy of nothing else is whole in itself.
  rmSync(join(folder, 'acknowledged.json'))
  expect(troubleIn(folder)).toBeUndefined()
})

test('main files alone are missed without acknowledged.json, too, where state.json knows of more', async () => {
  const folder = copyOf(to => {
    for (const name of FILES.filter(name => name.endsWith('-wal'))) rmSync(join(to, name))
    rmSync(join(to, 'acknowledged.json'))
    stand(to, { build: 6, request: 6, change: 0 })
  })
  expect(troubleIn(folder)).toMatchObject({
    kind: 'lost',
    file: 'history.sqlite',
    writeAheadLog: 'gone',
    held: { builds: 3 },
    acknowledged: { builds: 6 },
  })
  // A person's word is enough, once.
  await goOnWithRest(folder, { version: '1', now: 1, why: '' })
  expect(troubleIn(folder)).toBeUndefined()
  const emptied = copyOf(to => stand(to, { build: 6, request: 6, change: 0 }))
  for (const name of [...FILES, 'acknowledged.json']) rmSync(join(emptied, name))
  await makeEmptyStores(emptied, 1)
  expect(troubleIn(emptied)).toBeUndefined()
})

test.each([
  ['of as much', { build: 6, request: 6, change: 0 }],
  ['of less', { build: 2, request: 2, change: 0 }],
])('a history alone is whole where state.json knows %s', (_, stood) => {
  const folder = copyOf(to => {
    rmSync(join(to, 'acknowledged.json'))
    stand(to, stood)
  })
  expect(troubleIn(folder)).toBeUndefined()
})

test.skipIf(process.platform === 'win32')(
  'a history that is moved away while a master has it open is told, and no other comes in its place',
  async () => {
    const one = await testMaster({
      config: { builders: [{ name: 'a', steps: [{ shell: 'seq 9' }] }] },
    })
    const path = join(one.dataDir, 'history.sqlite')
    const told = () => one.data.events(0, 9).filter(({ kind }) => kind === 'history-damaged')
    await one.build('a')
    renameSync(path, `${path}.moved`)
    await one.build('a')
    await eventually(() => told().length > 0, 'it is told')
    expect(told()).toMatchObject([
      {
        subject: 'history.sqlite',
        detail: expect.stringContaining('was moved, replaced or removed'),
      },
    ])
    expect(existsSync(path)).toBe(false)
    renameSync(`${path}.moved`, path)
    await one.restart()
    expect(one.data.countBuilds({})).toBe(2)
  },
)

test(`of 80 damages of the write-ahead logs none that costs a build goes unseen (seed ${SEED})`, () => {
  const random = createRandom(SEED)
  let seen = 0
  for (let i = 0; i < 80; i++) {
    const folder = copyOf(to => {
      const path = join(to, random.pick(['history.sqlite-wal', 'logs.sqlite-wal']))
      const { length } = readFileSync(path)
      if (random.chance(0.3)) truncateSync(path, random.int(0, length - 1))
      else spoilAt(path, random.int(0, length - 8))
    })
    if (troubleIn(folder)) seen++
    else expect([i, wholeBuilds(folder)]).toEqual([i, 6])
    rmSync(folder, { recursive: true })
  }
  expect(seen).toBeGreaterThan(20)
})

test.each([
  ['is torn', (path: string) => truncateSync(path, 100)],
  ['is full of zeros', (path: string) => writeFileSync(path, Buffer.alloc(512))],
  [
    'says another number',
    (path: string) =>
      writeFileSync(path, readFileSync(path, 'utf8').replace(/"builds":\d+/, '"builds":99')),
  ],
  ['is gone', (path: string) => rmSync(path)],
] as const)('an acknowledged.json that %s promises nothing', (_, spoil) => {
  expect(troubleIn(copyOf(to => spoil(join(to, 'acknowledged.json'))))).toBeUndefined()
})

test('a history that has lost its tables is not a new one, whatever else is left', () => {
  for (const sign of ['slaves', 'artifacts', 'master.last-good.yml', 'app.log']) {
    const folder = temporaryFolder('young')
    for (const name of ['history.sqlite', 'logs.sqlite']) {
      const db = new DatabaseSync(join(folder, name))
      db.exec('PRAGMA journal_mode=WAL')
      db.close()
    }
    expect(lookAtStores(folder)).toEqual({ kind: 'fresh' })
    if (sign.includes('.')) writeFileSync(join(folder, sign), 'the history stands at build 3\n')
    else cpSync(killed, join(folder, sign, 'local'), { recursive: true })
    expect(troubleIn(folder)).toMatchObject({
      kind: 'missing',
      signs: [expect.stringContaining(sign)],
    })
  }
})

test('whoever goes on with what is left keeps the files, and reads which lines are lost', async () => {
  const folder = copyOf(to => rmSync(join(to, 'logs.sqlite-wal')))
  const kept = await goOnWithRest(folder, {
    version: 'test',
    now: 1_796_000_000_000,
    why: 'it was lost',
  })
  expect(troubleIn(folder)).toBeUndefined()
  expect(readAcknowledged(folder)?.history.builds).toBe(6)
  const wal = 'history.sqlite-wal'
  expect(readFileSync(join(kept!, `${wal}.kept`)).equals(readFileSync(join(killed, wal)))).toBe(
    true,
  )
  expect(listBackups(folder).map(backup => backup.problem)).toEqual([null])
  const one = await testMaster({ dataDir: folder })
  const builds = one.data.builds({ limit: 9 })
  expect(builds.length).toBe(6)
  expect(await one.logText(builds[0]!, 'talk')).toMatch(/^\[lost: lines 1 to \d+, /)
  expect(await one.logText(builds.at(-1)!, 'talk')).toContain('8\n9\n')
  await one.build('a')
  await one.stop()
  expect(troubleIn(folder)).toBeUndefined()
})

test('after a power cut between the two syncs no log gets the text of a lost one', async () => {
  const folder = copyOf(to => {
    rmSync(join(to, 'history.sqlite-wal'))
    rmSync(join(to, 'acknowledged.json'))
  })
  const one = await testMaster({ dataDir: folder })
  expect(one.data.builds({ limit: 9 }).length).toBe(3)
  const next = await one.build('a')
  expect(await one.logText(next, 'talk')).toBe('1\n2\n3\n4\n5\n6\n7\n8\n9\n')
})

function spoilAt(path: string, at: number) {
  const bytes = readFileSync(path)
  for (let i = at; i < at + 8; i++) bytes[i]! ^= 0x55
  writeFileSync(path, bytes)
}

function wholeBuilds(folder: string): number {
  const history = new DatabaseSync(join(folder, 'history.sqlite'), { readOnly: true })
  history.prepare('ATTACH ? AS log_file').run(join(folder, 'logs.sqlite'))
  try {
    return history
      .prepare(
        `SELECT count(DISTINCT s.build_id) AS n FROM steps s JOIN main.logs l ON l.step_id = s.id
         JOIN log_file.logs f ON f.id = l.id AND f.byte_count = l.byte_count
         JOIN builds b ON b.id = s.build_id WHERE b.complete_at IS NOT NULL`,
      )
      .get()!.n as number
  } finally {
    history.close()
  }
}
