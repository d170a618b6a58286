import '../../helpers/with-processes.ts'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../main/master/db/database.ts'
import { migrate } from '../../../main/master/db/migrate.ts'
import { LOG_MIGRATIONS } from '../../../main/master/logs/log-migrations.ts'
import { createLogReading, type LogReading } from '../../../main/master/logs/log-reading.ts'
import { createLogWriting } from '../../../main/master/logs/log-writing.ts'
import type { LogId } from '../../../main/master/model.ts'
import { later } from '../../helpers/cleanup.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { createRandom } from '../../helpers/random.ts'

const LOG = 1 as LogId
const OTHER = 2 as LogId
const LINES = 30_000

/** A log of four pieces and one beside it, after `spoil` was run on their database. */
function spoiltLog(spoil: string) {
  const db = openDatabase(join(temporaryFolder('logs'), 'logs.sqlite'))
  later(() => db.close())
  migrate(db, LOG_MIGRATIONS.at(-1)!.version, LOG_MIGRATIONS)
  const writing = createLogWriting(db)
  const text = Array.from({ length: LINES }, (_, i) => `line ${i + 1} of it\n`).join('')
  writing.append(LOG, 'stdout', Buffer.from(text), 0, 1)
  writing.append(OTHER, 'stdout', Buffer.from('line 7 of the other\n'), 0, 2)
  for (const [ticket, id] of [LOG, OTHER].entries()) writing.finish(id, 3 + ticket)
  writing.commit(0)
  const [, second, third] = db.all<{ first: number; count: number }>(
    'SELECT first_line AS first, line_count AS count FROM chunks WHERE log_id = 1 ORDER BY seq',
  )
  db.exec(spoil)
  return { db, reading: createLogReading(db), second: second!, third: third! }
}

function download(reading: LogReading): string {
  const parts: Buffer[] = []
  for (let from = 0; ; ) {
    const { bytes, next } = reading.bytes(LOG, from, ['stdout'])
    if (next === from) return Buffer.concat(parts).toString()
    parts.push(bytes)
    from = next
  }
}

const DAMAGES = [
  ['is damaged', 'UPDATE chunks SET data = zeroblob(length(data)) WHERE log_id = 1 AND seq = 1'],
  ['has lost a byte', 'UPDATE chunks SET data = substr(data, 2) WHERE log_id = 1 AND seq = 1'],
  [
    'says nonsense of its streams',
    `UPDATE chunks SET segments = '{"a":"x' || char(1) WHERE log_id = 1 AND seq = 1`,
  ],
  [
    'has other streams than bytes',
    "UPDATE chunks SET segments = '[[0,5,0]]' WHERE log_id = 1 AND seq = 1",
  ],
  ['is gone', 'DELETE FROM chunks WHERE log_id = 1 AND seq = 1'],
] as const

test.each(DAMAGES)('a piece that %s costs its own lines, which say so', (_, spoil) => {
  const { reading, second } = spoiltLog(spoil)
  const lines = reading.lines({ logId: LOG, first: 0, count: LINES, maxLineBytes: 200 })
  expect(lines.map(line => line.number)).toEqual(Array.from({ length: LINES }, (_, i) => i))
  const lost = lines.slice(second.first, second.first + second.count)
  expect(lost[0]!.text).toContain(
    `[lost: lines ${second.first + 1} to ${second.first + second.count}, `,
  )
  const others = lines.filter(line => !lost.includes(line))
  expect(others.every(line => line.text === `line ${line.number + 1} of it`)).toBe(true)
})

test.each(DAMAGES)(
  'a log of which a piece %s is downloaded with words in its place',
  (_, spoil) => {
    const { reading, second } = spoiltLog(spoil)
    const lines = download(reading).split('\n')
    expect([
      lines[second.first - 1],
      lines[second.first],
      lines[second.first + 1],
      lines.at(-2),
    ]).toEqual([
      `line ${second.first} of it`,
      expect.stringMatching(/^\[lost: lines \d+ to \d+, \d+ bytes\. .*\]$/),
      `line ${second.first + second.count + 1} of it`,
      `line ${LINES} of it`,
    ])
  },
)

test.each(DAMAGES)(
  'a search goes on behind a piece that %s, and through all other logs',
  (_, spoil) => {
    const { reading, third } = spoiltLog(spoil)
    const search = { ignoreCase: false, literal: false, from: { line: 0, byte: 0 } }
    const wanted = third.first + 5
    const pattern = `line ${wanted} of`
    expect(reading.search({ ...search, logId: LOG, pattern, limit: 9 }).matches).toEqual([
      { line: wanted - 1, byte: 0 },
    ])
    expect(reading.search({ ...search, logId: LOG, pattern: 'lost', limit: 9 }).matches).toEqual([])
    const all = { found: 0, linesPerLog: 9, limit: 99 }
    const found = reading.scan({ ...search, ...all, logs: [LOG, OTHER], pattern: 'of the other' })
    expect(found.lines.map(line => line.logId)).toEqual([OTHER])
    expect(reading.outline({ logId: LOG, from: search.from }).marks).toEqual([])
  },
)

test('the end of a log that is gone is told by what was counted', () => {
  const { reading, third } = spoiltLog('DELETE FROM chunks WHERE log_id = 1 AND seq >= 2')
  const lines = reading.lines({ logId: LOG, first: LINES - 1, count: 5, maxLineBytes: 200 })
  expect(lines.map(line => line.number)).toEqual([LINES - 1])
  const [first] = reading.lines({ logId: LOG, first: third.first, count: 1, maxLineBytes: 200 })
  expect(first!.text).toContain(`[lost: lines ${third.first + 1} to ${LINES}, `)
  expect(download(reading).trimEnd().split('\n').at(-1)).toContain('[lost: lines ')
})

test('a log of which millions of lines are gone is read at once', () => {
  const { reading } = spoiltLog(
    'DELETE FROM chunks WHERE log_id = 1; UPDATE logs SET line_count = 20000000, byte_count = 4000000000 WHERE id = 1',
  )
  const last = reading.lines({ logId: LOG, first: 19_999_999, count: 3, maxLineBytes: 200 })
  expect(last.map(line => line.number)).toEqual([19_999_999])
  expect(download(reading)).toMatch(/^\[lost: lines 1 to 20000000, 4000000000 bytes\. [^\n]*\n$/)
})

test('no flipped byte of a piece is read as other text', () => {
  const random = createRandom(3)
  const { db } = spoiltLog('SELECT 1')
  const { data } = db.get<{ data: Uint8Array }>('SELECT data FROM chunks WHERE rowid = 1')!
  for (let i = 0; i < 200; i++) {
    const spoilt = Buffer.from(data)
    spoilt[random.int(0, data.length - 1)]! ^= 1 << random.int(0, 7)
    db.run('UPDATE chunks SET data = ? WHERE rowid = 1', spoilt)
    const { bytes } = createLogReading(db).bytes(LOG, 0)
    expect(bytes.toString()).toMatch(/^(line 1 of it\nline 2 of it\n|\[lost: lines 1 to )/)
  }
})

test('a count that is damaged leads nowhere twice', () => {
  const { reading } = spoiltLog(
    'UPDATE chunks SET line_count = 1 << 50, byte_count = 1 << 50 WHERE rowid = 2',
  )
  const lines = reading.lines({ logId: LOG, first: 0, count: LINES, maxLineBytes: 200 })
  expect(lines[LINES - 1]!.number).toBe(LINES - 1)
  expect(download(reading)).toContain('[lost: lines ')
})
