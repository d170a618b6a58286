import { createHash } from 'node:crypto'
import {
  appendFileSync,
  cpSync,
  existsSync,
  globSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeAll, expect, test } from 'vitest'
import { exportData } from '../../../main/master/exchange/export.ts'
import { importData } from '../../../main/master/exchange/import.ts'
import { RETRY } from '../../../main/master/results.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { hashHistory } from '../../helpers/history-hash.ts'
import { testMaster } from '../../helpers/master.ts'
import { LEFT, releaseData } from '../../helpers/releases.ts'

const FACTS = { version: '1.2.3', now: 1_700_000_000_000 }
const COMMAND = 'seq 30000; echo oops >&2; printf "no newline \\377"; echo kept > a.txt'

let original: string
let exported: string
let before: Record<string, string>

beforeAll(async () => {
  const test = await testMaster({
    config: {
      title: 'A desk',
      builders: [
        { name: 'say it', steps: [{ shell: COMMAND, name: 'shell' }, { upload: '*.txt' }] },
      ],
    },
  })
  await test.build('say it')
  await test.build('say it')
  await test.stop()
  original = test.dataDir
  makeOdd(original)
  before = hashHistory(original)
  exported = join(temporaryFolder('export'), 'out')
  await exportData({ dataDir: original, into: exported, ...FACTS })
})

// What a later version, another program or a fault may have left.
function makeOdd(dataDir: string) {
  const history = new DatabaseSync(join(dataDir, 'history.sqlite'))
  history.exec(`
    PRAGMA foreign_keys=OFF;
    ALTER TABLE builds ADD COLUMN flavour TEXT;
    UPDATE builds SET flavour = 'sweet', results = 42 WHERE id = 1;
    UPDATE steps SET kind = 'teleport', name = '../../e vil' WHERE id = 1;
    CREATE TABLE telescopes (id INTEGER PRIMARY KEY, what ANY) STRICT;
    INSERT INTO telescopes VALUES (1, 5), (2, 5.0), (3, '5'), (4, x'0005ff'), (5, NULL),
      (6, 9223372036854775807), (7, 1e999), (8, -0.5);
    INSERT INTO changes (project, repository, branch, revision, who, comments, files, at, received_at)
      VALUES ('p', 'r', 'b', 'v', 'w', 'one' || char(8232) || 'two' || char(10) || char(0) || 'three 😀', '[]', 1, 2);
    INSERT INTO test_results (step_id, suite, name, outcome, duration_ms, message) VALUES (999, '', 'lost', 'maybe', 5.0, '');
    INSERT INTO changes (project, repository, branch, revision, who, comments, files, at, received_at)
      VALUES ('', '', '', '', '', 'gone', '[]', 1, 2);
    DELETE FROM changes WHERE comments = 'gone';
  `)
  history.close()
  const logs = new DatabaseSync(join(dataDir, 'logs.sqlite'))
  logs.exec(`CREATE TABLE notes (log_id INTEGER NOT NULL, note TEXT) STRICT;
    INSERT INTO notes VALUES (1, 'of a log'), (900, 'of a log that is not there');`)
  logs.close()
}

test('an export is imported as the same history, every table and every byte of the logs', async () => {
  const dataDir = temporaryFolder('data')
  await importData({ dataDir, from: exported, ...FACTS })
  const { 'logs notes (2)': orphan, ...kept } = before
  const { 'logs notes (1)': note, ...after } = hashHistory(dataDir)
  expect(after).toEqual(kept)
  expect([typeof note, typeof orphan]).toEqual(['string', 'string'])
  expect(schemaLines(dataDir)).toEqual(schemaLines(original))
  expect(readFileSync(join(dataDir, 'master.yml'), 'utf8')).toMatch('A desk')
  expect(readdirSync(dataDir).sort()).toEqual([
    'acknowledged.json',
    'artifacts',
    'history.sqlite',
    'logs.sqlite',
    'master.last-good.yml',
    'master.yml',
  ])
  expect(filesBelow(join(dataDir, 'artifacts'))).toEqual(filesBelow(join(original, 'artifacts')))
})

test('the logs are plain files with the exact bytes, in folders that a person finds', () => {
  expect(globSync('logs/**/*.log', { cwd: exported }).sort()).toEqual([
    'logs/say it/1/0 __.._e vil stdio 1.log',
    'logs/say it/1/1 upload stdio 2.log',
    'logs/say it/2/0 shell stdio 3.log',
    'logs/say it/2/1 upload stdio 4.log',
  ])
  const shell = 'logs/say it/2/0 shell stdio 3.log'
  const text = readFileSync(join(exported, shell), 'latin1')
  expect(text).toContain('29999\n30000\n')
  expect(text).toContain('no newline \xff')
})

test('an export while the master works, imported elsewhere, is what a master goes on from', async () => {
  const go = join(temporaryFolder(), 'go')
  const shell = 'seq 200; until [ -e "$GO" ]; do sleep 0.05; done; seq 200'
  const { dataDir, request, wrote, completed } = await testMaster({
    config: { builders: [{ name: 'talk', env: { GO: go }, steps: [{ shell, name: 'shell' }] }] },
  })
  const talking = request('talk')
  await wrote('shell', '200')
  const into = join(temporaryFolder('export'), 'out')
  await exportData({ dataDir, into, ...FACTS })
  writeFileSync(go, '')
  await completed(talking)
  const other = temporaryFolder('data')
  await importData({ dataDir: other, from: into, ...FACTS })
  const again = await testMaster({ dataDir: other })
  await again.completed(talking)
  const [second, first] = again.data.builds({ limit: 2 })
  expect([first!.results, second!.results]).toEqual([RETRY, 0])
  expect(await again.logText(second!, 'shell', { streams: ['stdout'] })).toHaveLength(2 * 692)
})

test.each([
  ['a number that is too large', { number: 1e300 }],
  ['an id that is a text', { id: 'one' }],
  ['nothing where something is needed', { builder_id: null }],
])('a row of a stranger with %s is named, and nothing is imported', async (_, values) => {
  const from = temporaryFolder('export')
  cpSync(exported, from, { recursive: true })
  const [path, headerPath] = [join(from, 'history/builds.jsonl'), join(from, 'export.json')]
  const [first, ...others] = readFileSync(path, 'utf8').split('\n')
  const text = [JSON.stringify({ ...JSON.parse(first!), ...values }), ...others].join('\n')
  writeFileSync(path, text)
  const header = JSON.parse(readFileSync(headerPath, 'utf8'))
  header.history.tables.builds.sha256 = createHash('sha256').update(text).digest('hex')
  writeFileSync(headerPath, JSON.stringify(header))

  const dataDir = temporaryFolder('data')
  await expect(importData({ dataDir, from, ...FACTS })).rejects.toThrow(
    /builds\.jsonl:1 is no row of builds \(.+\); the export is damaged\. Nothing was imported\.$/,
  )
  expect(readdirSync(dataDir)).toEqual([])
})

test.each([
  [
    'a table that was changed',
    'history/builds.jsonl',
    /builds\.jsonl was changed since the export/,
  ],
  [
    'a log that was changed',
    'logs/say it/2/0 shell stdio 3.log',
    /stdio 3\.log was changed since the export/,
  ],
  ['no header', 'export.json', /is not an export, or one that was cut short/],
])('nothing is imported from an export with %s', async (_, name, reason) => {
  const from = temporaryFolder('export')
  cpSync(exported, from, { recursive: true })
  const path = join(from, name)
  if (name === 'export.json') rmSync(path)
  else {
    const bytes = readFileSync(path)
    bytes[5]! ^= 1
    writeFileSync(path, bytes)
  }
  const dataDir = temporaryFolder('data')
  await expect(importData({ dataDir, from, ...FACTS })).rejects.toThrow(reason)
  expect(readdirSync(dataDir)).toEqual([])
})

test.each(LEFT)(
  'what 0.1.0 left behind (%s) is exported as it is, imported, and brought up to date by the next start',
  async left => {
    const old = releaseData('0.1.0', left)
    const into = join(temporaryFolder('export'), 'out')
    const header = await exportData({ dataDir: old, into, ...FACTS })
    const dataDir = temporaryFolder('data')
    await importData({ dataDir, from: into, ...FACTS })
    // Bytes of logs whose ids history never gave are left behind: it will give them to others.
    const tables = (folder: string) =>
      Object.entries(hashHistory(folder)).filter(
        ([name]) => left !== 'dirty' || !/^logs /.test(name),
      )
    expect([header.history.schema, tables(dataDir)]).toEqual([1, tables(old)])
    const { data } = await testMaster({ dataDir, mode: 'dormant' })
    expect(data.countBuilds({})).toBeGreaterThan(0)
  },
)

test('a history that is there is never mixed with another', async () => {
  const dataDir = temporaryFolder('data')
  cpSync(original, dataDir, { recursive: true })
  await expect(importData({ dataDir, from: exported, ...FACTS })).rejects.toThrow(
    'has a history already, and histories are not mixed',
  )
  expect(hashHistory(dataDir)).toEqual(before)
})

test('a data directory that was only started once takes an import, and keeps its configuration', async () => {
  const { dataDir, stop } = await testMaster({ config: { title: 'My own' } })
  await stop()
  await importData({ dataDir, from: exported, ...FACTS })
  expect(readFileSync(join(dataDir, 'master.yml'), 'utf8')).toMatch('My own')
  const { 'builds (2)': builds } = hashHistory(dataDir)
  expect(builds).toBe(before['builds (2)'])
})

test.each([
  ['a later format', { format: 2 }, /exported by a newer Triphammer \(format 2/],
  [
    'a later schema',
    { history: { schema: 99, tables: {}, sequences: {} } },
    /which is newer \(schema 99/,
  ],
  [
    'a table whose name is none',
    {
      history: {
        schema: 1,
        sequences: {},
        tables: { 'a b; DROP': { rows: 0, sha256: '0'.repeat(64), columns: [] } },
      },
    },
    /export\.json is damaged/,
  ],
])('an export of %s is refused', async (_, changed, reason) => {
  const from = temporaryFolder('export')
  cpSync(exported, from, { recursive: true })
  const header = JSON.parse(readFileSync(join(from, 'export.json'), 'utf8'))
  writeFileSync(join(from, 'export.json'), JSON.stringify({ ...header, ...changed }))
  await expect(importData({ dataDir: temporaryFolder('data'), from, ...FACTS })).rejects.toThrow(
    reason,
  )
})

test('an export is not written into a folder that holds something, and keys stay at home', async () => {
  const into = temporaryFolder('full')
  appendFileSync(join(into, 'mine.txt'), 'mine')
  await expect(exportData({ dataDir: original, into, ...FACTS })).rejects.toThrow('is not empty')
  expect(existsSync(join(exported, 'settings', 'api-token'))).toBe(false)
})

function schemaLines(dataDir: string): unknown[] {
  const db = new DatabaseSync(join(dataDir, 'history.sqlite'), { readOnly: true })
  const rows = db
    .prepare("SELECT name, type FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY name")
    .all()
  const version = db.prepare('PRAGMA user_version').get()
  db.close()
  return [...rows.map(row => ({ ...row })), { ...version }]
}

function filesBelow(folder: string): string[] {
  return globSync('**/*', { cwd: folder })
    .filter(path => path.length > 60)
    .sort()
}
