import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { brotliCompressSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { importBuildbot } from '../../../main/master/exchange/buildbot/import-buildbot.ts'
import type { ChangeId } from '../../../main/master/model.ts'
import { BUILDBOT_INSTALLED } from '../../helpers/buildbot.ts'
import { makeBuildbotHistory } from '../../helpers/buildbot-history.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { hashHistory } from '../../helpers/history-hash.ts'
import { ROOT, type TestMaster, testMaster } from '../../helpers/master.ts'

const NOW = 1_800_000_000_000
const NOUNS = { slaves: 2, builders: 3, changes: 4, buildsets: 6, requests: 6, builds: 5 }

/** A database that Debian's Buildbot 3.7.0 wrote, as test/helpers/make-buildbot-fixture.ts made it. */
function fixture(change: (db: DatabaseSync) => void = () => {}): string {
  const folder = temporaryFolder('buildbot')
  const packed = readFileSync(join(ROOT, 'test/fixtures/buildbot/state.sqlite.zst'))
  const path = join(folder, 'state.sqlite')
  writeFileSync(path, zstdDecompressSync(packed))
  const db = new DatabaseSync(path)
  db.exec('PRAGMA foreign_keys=OFF')
  change(db)
  db.close()
  return folder
}

function bring(from: string, dataDir = temporaryFolder('data'), now = NOW) {
  return { dataDir, report: importBuildbot({ dataDir, from, now }) }
}

/** What each build of this history is to be, however its logs were packed. */
async function expectHistory({ data, logText }: TestMaster) {
  const calc = data.builderByName('calc-linux')!
  expect(calc).toMatchObject({ description: 'sums', tags: ['linux', 'fast'], active: false })
  const builds = data.builds({ builderId: calc.id, limit: 10, oldestFirst: true })
  expect(builds.map(build => [build.number, build.results, build.slave, build.scheduler])).toEqual(
    [1, 2, 3, 4].map(number => [number, 1, 'here', 'all']),
  )
  for (const build of builds) {
    expect(build.completeAt! - build.startedAt).toBeGreaterThanOrEqual(0)
    expect(build.startedAt).toBeGreaterThan(1_700_000_000_000)
    const output = await logText(build, 'talk', { streams: ['stdout'] })
    expect(output.split('\n').slice(0, 5000)).toEqual(
      Array.from({ length: 5000 }, (_, i) => `${i + 1}`),
    )
    expect(output.slice(-'grüße\nno newline\n'.length)).toBe('grüße\nno newline\n')
    expect(await logText(build, 'talk', { streams: ['stderr'] })).toBe('oops\n')
    const header = await logText(build, 'talk', { streams: ['header'] })
    expect(header).toMatch(
      /^sh -c .*\n in dir (?:.*\n)*program finished with exit code 0\nelapsedTime=/,
    )
    expect(await logText(build, 'fails', { log: 'side' })).toBe('side\n')
    expect(await logText(build, 'page', { log: 'report' })).toBe('<h1>all good</h1>\n<p>ü</p>\n')
    expect(await logText(build, 'page', { log: 'notes' })).toBe('first\nsecond\n')
    const steps = data.stepsOfBuild(build.id)
    expect(steps.map(step => [step.number, step.name, step.results, step.hidden])).toEqual([
      [0, 'worker_preparation', 0, false],
      [1, 'talk', 0, false],
      [2, 'fails', 2, false],
      [3, 'skipped', 3, true],
      [4, 'page', 1, false],
    ])
    expect(data.propertiesOfBuild(build.id)).toMatchObject({
      shape: { value: { sides: [3, 4] }, source: 'Page' },
      ticket: { value: build.number, source: 'Change' },
      workername: { value: 'here', source: 'Worker' },
      urls: { value: { page: [{ name: 'the site', url: 'https://example.org/report' }] } },
    })
    const [change] = data.changesOfRequest(build.requestId)
    expect(change).toMatchObject({
      project: 'calc',
      repository: 'https://example.org/calc.git',
      branch: 'main',
      revision: build.number.toString(16).padStart(40, '0'),
      who: 'Ada <ada@example.org>',
      comments: `change ${build.number - 1}\n\nwith more`,
      files: ['src/a.c', 'docs/ü.txt'],
      category: 'feature',
      at: (1_700_000_000 + build.number - 1) * 1000,
    })
  }
  const [cut] = data.builds({ builderId: data.builderByName('slow')!.id, limit: 2 })
  expect(cut).toMatchObject({
    number: 1,
    results: 5,
    reason: 'because ü',
    branch: 'release/1',
    stateString: 'not finished when it was imported',
  })
  expect(cut!.completeAt).not.toBeNull()
}

test('a history of Buildbot 3.7 is taken over, and a master goes on from it', async () => {
  const { dataDir, report } = bring(fixture())
  expect(report).toMatchObject({
    added: { ...NOUNS, steps: 22, logs: 21 },
    already: {},
    quarantined: [],
    unreadable: [],
    leftOut: {},
  })
  const master = await testMaster({
    dataDir,
    config: {
      builders: [
        {
          name: 'calc-linux',
          description: 'sums',
          tags: ['linux', 'fast'],
          steps: [{ shell: 'true' }],
        },
      ],
    },
  })
  // Nothing that was imported waits or runs.
  expect([
    master.data.openRequests(),
    master.data.runningBuilds(),
    master.master.abandoned,
  ]).toEqual([[], [], []])
  expect(master.data.propertiesOfChange(2 as ChangeId)).toEqual({
    committer: { value: 'Bob <bob@example.org>', source: 'Change' },
    revlink: { value: 'https://example.org/1', source: 'Change' },
    ticket: { value: 2, source: 'Change' },
  })
  const next = await master.build('calc-linux')
  expect(next.number).toBe(5)
  await master.stop()
  const db = new DatabaseSync(join(dataDir, 'history.sqlite'))
  const stamps = db
    .prepare("SELECT value FROM buildset_properties WHERE name = 'sourcestamps'")
    .get()
  expect(JSON.parse(stamps!.value as string)).toMatchObject([
    { codebase: '' },
    { codebase: 'lib', revision: 'f00' },
  ])
  expect(db.prepare('PRAGMA foreign_key_check').all()).toEqual([])
  db.close()
})

test('each build is as it was, whichever way its logs were packed', async () => {
  const { dataDir } = bring(fixture())
  await expectHistory(await testMaster({ dataDir, mode: 'dormant' }))
})

test.skipIf(!BUILDBOT_INSTALLED)(
  'a Buildbot that runs here now is taken over (skipped where Debian has none: apt-get install buildbot buildbot-worker)',
  async () => {
    const folder = await makeBuildbotHistory(temporaryFolder('buildbot'))
    const before = readdirSync(folder).map(name => [name, statSync(join(folder, name)).mtimeMs])
    const { dataDir, report } = bring(folder)
    expect(report.added).toMatchObject(NOUNS)
    expect([report.quarantined, report.unreadable]).toEqual([[], []])
    await expectHistory(await testMaster({ dataDir, mode: 'dormant' }))
    expect(readdirSync(folder).map(name => [name, statSync(join(folder, name)).mtimeMs])).toEqual(
      before,
    )
  },
  120_000,
)

test('importing once more changes nothing', () => {
  const from = fixture()
  const { dataDir } = bring(from)
  const before = hashHistory(dataDir)
  const { report } = bring(from, dataDir, NOW + 1)
  expect(report).toMatchObject({ added: {}, updated: {}, logBytes: 0 })
  expect(hashHistory(dataDir)).toEqual(before)
})

test('an import that was cut short in the middle of the logs is carried on by the next', () => {
  const from = fixture()
  const { dataDir } = bring(from)
  const whole = hashHistory(dataDir)
  const history = new DatabaseSync(join(dataDir, 'history.sqlite'))
  history.exec(`
    UPDATE imports SET final = 0 WHERE noun = 'log' AND source_id > 3;
    UPDATE logs SET complete = 0, line_count = 0, byte_count = 0
      WHERE id IN (SELECT local_id FROM imports WHERE noun = 'log' AND source_id > 3);
  `)
  history.close()
  const logs = new DatabaseSync(join(dataDir, 'logs.sqlite'))
  logs.exec('DELETE FROM chunks WHERE log_id > 6; DELETE FROM logs WHERE id > 5')
  logs.close()
  expect(bring(from, dataDir).report.added).toEqual({})
  expect(hashHistory(dataDir)).toEqual(whole)
})

test('what has gone on at the old master since is brought up to date', async () => {
  const { dataDir } = bring(fixture())
  const later = fixture(db =>
    db.exec(`
      UPDATE builds SET complete_at = started_at + 9, results = 0, state_string = 'build successful' WHERE id = 5;
      UPDATE steps SET complete_at = started_at + 9, results = 0, state_string = 'done' WHERE buildid = 5;
      UPDATE buildrequests SET complete = 1, complete_at = submitted_at + 9, results = 0 WHERE id = 6;
      UPDATE buildsets SET complete = 1, complete_at = submitted_at + 9, results = 0 WHERE id = 6;
      DELETE FROM logchunks WHERE logid = (SELECT max(id) FROM logs);
      INSERT INTO logchunks SELECT max(id), 0, 1, x'6f6f6e650a6f74776f', 0 FROM logs;
      UPDATE logs SET complete = 1, num_lines = 2 WHERE id = (SELECT max(id) FROM logs);
    `),
  )
  const { report } = bring(later, dataDir)
  expect(report.updated).toMatchObject({ buildsets: 1, requests: 1, builds: 1 })
  expect(report.added).toEqual({})
  const { data, logText } = await testMaster({ dataDir, mode: 'dormant' })
  const [build] = data.builds({ builderId: data.builderByName('slow')!.id, limit: 1 })
  expect(build).toMatchObject({ results: 0, stateString: 'build successful' })
  expect(build!.completeAt! - build!.startedAt).toBe(9000)
  expect(await logText(build!, 'sleeps')).toBe('one\ntwo\n')
})

test('the older and newer schemas of Buildbot are read, too', async () => {
  const older = fixture(db =>
    db.exec(`
      ALTER TABLE workers RENAME TO buildslaves;
      ALTER TABLE builds RENAME COLUMN workerid TO buildslaveid;
      ALTER TABLE changes DROP COLUMN committer;
      DROP TABLE test_results; DROP TABLE build_data; DROP TABLE builders_tags;
    `),
  )
  const first = await testMaster({ dataDir: bring(older).dataDir, mode: 'dormant' })
  const calc = first.data.builderByName('calc-linux')!
  expect(first.data.builds({ builderId: calc.id, limit: 1 })[0]!.slave).toBe('here')

  const newer = fixture(db => {
    db.exec(`
      CREATE TABLE projects (id INTEGER PRIMARY KEY, name TEXT);
      ALTER TABLE builders ADD COLUMN projectid INTEGER;
      ALTER TABLE steps ADD COLUMN locks_acquired_at INTEGER;
      INSERT INTO build_data (buildid, name, value, length, source) VALUES (1, 'x', x'00', 1, 'y');
    `)
    const rows = db.prepare('SELECT rowid, content FROM logchunks WHERE compressed = 0').all()
    const pack = db.prepare('UPDATE logchunks SET content = ?, compressed = ? WHERE rowid = ?')
    for (const [i, row] of rows.entries()) {
      const bytes = row.content as Uint8Array
      if (i % 2) pack.run(zstdCompressSync(bytes), 4, row.rowid!)
      else pack.run(brotliCompressSync(bytes), 5, row.rowid!)
    }
  })
  const { dataDir, report } = bring(newer)
  expect([report.unreadable, report.leftOut]).toEqual([[], { build_data: 1 }])
  await expectHistory(await testMaster({ dataDir, mode: 'dormant' }))
})

test('odd rows are put aside and told of, and everything else is taken over', async () => {
  const from = fixture(db => {
    const indices = db.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE '%UNIQUE%'",
    )
    for (const { name } of indices.all()) db.exec(`DROP INDEX ${name}`)
    const talk = `SELECT l.id FROM logs l JOIN steps s ON s.id = l.stepid WHERE s.buildid = 4 AND s.name = 'talk'`
    db.exec(`
      UPDATE builds SET number = 1 WHERE id = 2;
      DELETE FROM buildset_sourcestamps WHERE buildsetid = 3;
      UPDATE build_properties SET value = '{broken' WHERE buildid = 1 AND name = 'shape';
      UPDATE logchunks SET compressed = 9 WHERE logid = 1 AND first_line = 5;
      UPDATE logchunks SET content = x'00' WHERE logid = (${talk}) AND first_line = 5;
      UPDATE steps SET number = 1 WHERE buildid = 4 AND name = 'page';
    `)
  })
  const { dataDir, report } = bring(from)
  expect(report.quarantined).toEqual([
    { noun: 'buildset', id: 3, reason: 'it has no sourcestamp' },
    { noun: 'request', id: 3, reason: 'there is no buildset 3' },
    { noun: 'build', id: 2, reason: 'its builder has another build 1' },
    { noun: 'build', id: 3, reason: 'there is no build request 3' },
    { noun: 'step', id: expect.any(Number), reason: 'its build has another step 1' },
    { noun: 'log', id: expect.any(Number), reason: expect.stringMatching(/^there is no step/) },
    { noun: 'log', id: expect.any(Number), reason: expect.stringMatching(/^there is no step/) },
  ])
  expect(report.unreadable).toEqual([
    {
      log: 1,
      reason: expect.stringMatching(
        /^lines 6 to \d+ are packed with method 9, which is not known$/,
      ),
    },
    {
      log: expect.any(Number),
      reason: expect.stringMatching(/^lines 6 to \d+ are packed with lz4, and damaged/),
    },
  ])
  const { data, logText } = await testMaster({ dataDir, mode: 'dormant' })
  const calc = data.builderByName('calc-linux')!
  const builds = data.builds({ builderId: calc.id, limit: 10, oldestFirst: true })
  expect(builds.map(build => build.number)).toEqual([1, 4])
  expect(data.propertiesOfBuild(builds[0]!.id).shape!.value).toBe('{broken')
  const text = await logText(builds[0]!, 'talk', { streams: ['header', 'stdout'] })
  expect(text).toMatch(
    /\[not imported: lines 6 to \d+ are packed with method 9, which is not known\]\n/,
  )
  expect(text.endsWith('no newline\n')).toBe(true)
  // They are told once, and kept whole.
  expect(bring(from, dataDir).report.quarantined).toEqual([])
  const db = new DatabaseSync(join(dataDir, 'history.sqlite'))
  const kept = db
    .prepare("SELECT content FROM quarantine WHERE table_name LIKE '%: builds' ORDER BY id")
    .all()
  db.close()
  expect(kept.map(row => JSON.parse(row.content as string).id)).toEqual([2, 3])
})

test('a builder that builds here already keeps its numbers', async () => {
  const config = { builders: [{ name: 'calc-linux', steps: [{ shell: 'true' }] }] }
  const master = await testMaster({ config })
  await master.build('calc-linux')
  await master.stop()
  const { report } = bring(fixture(), master.dataDir)
  expect(report.notes).toEqual([
    'builder "calc-linux" has builds here already; Buildbot\'s are those of "calc-linux (Buildbot)"',
  ])
  expect(report.quarantined).toEqual([])
  await master.restart()
  const count = (name: string) =>
    master.data.countBuilds({ builderId: master.data.builderByName(name)!.id })
  expect([count('calc-linux'), count('calc-linux (Buildbot)')]).toEqual([1, 4])
})

test('what is not yet written back to the database file is imported, and nothing is written there', () => {
  const from = fixture()
  const db = new DatabaseSync(join(from, 'state.sqlite'))
  db.exec(
    "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; UPDATE builders SET description = 'in the log' WHERE name = 'calc-linux'",
  )
  const files = () => ['', '-wal'].map(end => readFileSync(join(from, `state.sqlite${end}`)))
  const before = files()
  const { dataDir } = bring(from)
  expect(files().every((bytes, i) => bytes.equals(before[i]!))).toBe(true)
  db.close()
  const history = new DatabaseSync(join(dataDir, 'history.sqlite'))
  const row = history.prepare("SELECT description FROM builders WHERE name = 'calc-linux'").get()
  history.close()
  expect(row!.description).toBe('in the log')
})

test.each([
  ['nothing', () => join(temporaryFolder(), 'away'), / is not there$/],
  [
    'a folder of something else',
    () => temporaryFolder(),
    /holds no state\.sqlite; name the folder/,
  ],
  [
    'a master with another database',
    () => withFile('buildbot.tac', 'x'),
    /PostgreSQL or MySQL can't be imported$/,
  ],
  [
    'no database',
    () => withFile('state.sqlite', 'hello '.repeat(1000)),
    /can't be imported: file is not a database$/,
  ],
  [
    'Buildbot 0.8',
    () => fixture(db => db.exec('DROP TABLE logchunks; DROP TABLE logs; DROP TABLE steps')),
    /Buildbot 0\.8, which kept its builds in pickles$/,
  ],
  [
    'a database of something else',
    () => fixture(db => db.exec('DROP TABLE changes; DROP TABLE steps')),
    /not the database of a Buildbot master$/,
  ],
])('%s is refused in one sentence', (_, make, reason) => {
  const dataDir = temporaryFolder('data')
  expect(() => importBuildbot({ dataDir, from: make(), now: NOW })).toThrow(reason)
  expect(readdirSync(dataDir)).toEqual([])
})

function withFile(name: string, text: string): string {
  const folder = temporaryFolder()
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), text)
  return folder
}
