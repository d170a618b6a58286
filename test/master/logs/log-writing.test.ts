import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../main/master/db/database.ts'
import { migrate } from '../../../main/master/db/migrate.ts'
import { CHUNK_BYTES } from '../../../main/master/logs/chunk.ts'
import type { LogLine } from '../../../main/master/logs/lines.ts'
import { LOG_MIGRATIONS } from '../../../main/master/logs/log-migrations.ts'
import { createLogReading } from '../../../main/master/logs/log-reading.ts'
import { createLogWriting, readMarks } from '../../../main/master/logs/log-writing.ts'
import { type LogId, STREAMS, type Stream } from '../../../main/master/model.ts'
import { later } from '../../helpers/cleanup.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { modelLines, randomBytes, storedPieces, storedStream } from '../../helpers/log-model.ts'
import { createRandom } from '../../helpers/random.ts'

const LOG = 1 as LogId
const MANY = 1_000_000

function openStore() {
  const db = openDatabase(join(temporaryFolder('logs'), 'logs.sqlite'))
  later(() => db.close())
  migrate(db, LOG_MIGRATIONS.at(-1)!.version, LOG_MIGRATIONS)
  return { db, writing: createLogWriting(db), reading: createLogReading(db) }
}

const allLines = ({ reading }: ReturnType<typeof openStore>, maxLineBytes = MANY) =>
  reading.lines({ logId: LOG, first: 0, count: MANY, maxLineBytes })

test.each(Array.from({ length: 24 }, (_, seed) => seed))(
  'random streams in random pieces are stored byte for byte, and read line by line (seed %i)',
  seed => {
    const random = createRandom(seed)
    const store = openStore()
    const { db, reading } = store
    let { writing } = store
    const sent: Record<Stream, Buffer[]> = { stdout: [], stderr: [], header: [] }
    let now = 1_000_000
    let ticket = 0
    const told = new Set<number>()
    let counts = { lineCount: 0, byteCount: 0 }
    let before: LogLine[] = []

    const commit = () => {
      for (const one of writing.commit(now)) {
        for (const each of one.tickets) told.add(each)
        counts = one
      }
    }
    for (let i = random.int(0, 40); i > 0; i--) {
      const stream = random.pick(STREAMS)
      const bytes = randomBytes(random)
      sent[stream].push(bytes)
      writing.append(LOG, stream, bytes, now, ++ticket)
      now += random.pick([0, 1, 50, 150, 400])
      if (random.chance(0.5)) commit()
      // As after a restart of the master: only what is committed is there.
      if (random.chance(0.1)) {
        now += 1000
        commit()
        writing = createLogWriting(db)
      }
      if (random.chance(0.3)) {
        const lines = allLines(store)
        expectToHaveGrown(before, lines)
        before = lines
      }
    }
    writing.finish(LOG, ++ticket)
    commit()

    const lines = allLines(store)
    expectToHaveGrown(before, lines)
    const model = modelLines(db, LOG)
    const sizes = STREAMS.map(stream => Buffer.concat(sent[stream]))
    for (const [i, stream] of STREAMS.entries())
      expect(storedStream(db, LOG, stream).equals(sizes[i]!)).toBe(true)
    expect([told.size, counts]).toMatchObject([
      ticket,
      { lineCount: model.length, byteCount: sizes.reduce((sum, one) => sum + one.length, 0) },
    ])
    expect(lines.map(line => [line.number, line.stream, line.text, line.cut])).toEqual(
      model.map(({ stream, bytes }, number) => [number, stream, bytes.toString('utf8'), false]),
    )
    for (let i = 0; i < 20; i++) {
      const first = random.int(0, model.length + 2)
      const count = random.int(0, 5)
      const maxLineBytes = random.pick([1, 5, 100, 65_536, 140_000])
      const found = reading.lines({ logId: LOG, first, count, maxLineBytes })
      expect(found.map(one => [one.number, one.cut, one.text.length > 0])).toEqual(
        model.slice(first, first + count).map(({ bytes }, index) => {
          const text = decodeStart(bytes, maxLineBytes)
          return [first + index, bytes.length > maxLineBytes, text.length > 0]
        }),
      )
      expect(found.map(one => one.text)).toEqual(
        model.slice(first, first + count).map(({ bytes }) => decodeStart(bytes, maxLineBytes)),
      )
    }
    expectChunksToBeSound(store)
  },
)

// A line that was seen keeps its number, stream and time; only its text may go on.
function expectToHaveGrown(before: readonly LogLine[], after: readonly LogLine[]) {
  const changed = before.filter((line, i) => {
    const now = after[i]
    const whole = line.text.replace(/\uFFFD+$/, '')
    return !now || now.stream !== line.stream || now.at !== line.at || !now.text.startsWith(whole)
  })
  expect(changed).toEqual([])
}

function decodeStart(bytes: Buffer, most: number): string {
  if (bytes.length <= most) return bytes.toString('utf8')
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, most), {
    stream: true,
  })
}

function expectChunksToBeSound({ db }: ReturnType<typeof openStore>) {
  let [byte, line] = [0, 0]
  for (const row of db.all('SELECT * FROM chunks WHERE log_id = ? ORDER BY seq', LOG)) {
    expect([row.first_byte, row.first_line]).toEqual([byte, line])
    expect(row.byte_count).toBeLessThanOrEqual(CHUNK_BYTES)
    byte += row.byte_count as number
    line += row.line_count as number
  }
}

test('a line that comes in pieces is not cut by lines of another stream', () => {
  const { db, writing } = openStore()
  writing.append(LOG, 'stdout', Buffer.from('one '), 0, 1)
  writing.append(LOG, 'stderr', Buffer.from('warning\n'), 10, 2)
  writing.append(LOG, 'stdout', Buffer.from('line\n'), 20, 3)
  writing.commit(30)
  expect(storedPieces(db, LOG).map(({ stream, bytes }) => [stream, String(bytes)])).toEqual([
    ['stderr', 'warning\n'],
    ['stdout', 'one line\n'],
  ])
})

test('what is stored of each source is known in the commit that stores it', () => {
  const { db, writing } = openStore()
  writing.append(LOG, 'header', Buffer.from('note\n'), 0, 1)
  writing.append(LOG, 'stdout', Buffer.from('one\ntw'), 0, 2, 1)
  writing.commit(10)
  const before = readMarks(db, LOG)
  writing.append(LOG, 'stdout', Buffer.from('o\nthree\n'), 20, 3, 2)
  writing.commit(30)
  const after = readMarks(db, LOG)
  writing.finish(LOG, 4)
  writing.commit(40)
  writing.forgetMarks([LOG])
  writing.finish(2 as LogId, 5)
  writing.commit(50)
  expect([before, after, readMarks(db, LOG)]).toEqual([
    { '0:header': 5, '1:stdout': 4 },
    { '0:header': 5, '1:stdout': 6, '2:stdout': 8 },
    {},
  ])
})

test('a prompt without a newline is stored soon all the same', () => {
  const { writing } = openStore()
  writing.append(LOG, 'stdout', Buffer.from('password: '), 0, 1)
  expect([writing.commit(100), writing.holding, writing.commit(200)]).toMatchObject([
    [],
    true,
    [{ byteCount: 10, lineCount: 1, tickets: [1] }],
  ])
})

test('an empty log has no lines, and is complete', () => {
  const store = openStore()
  store.writing.finish(LOG, 7)
  expect([store.writing.commit(0), allLines(store)]).toEqual([
    [{ logId: LOG, lineCount: 0, byteCount: 0, complete: true, tickets: [7] }],
    [],
  ])
})

test('a commit that fails keeps everything for the next one', () => {
  const { db, writing } = openStore()
  writing.append(LOG, 'stdout', Buffer.from('kept\n'), 0, 1)
  db.exec('ALTER TABLE chunks RENAME TO away')
  expect(() => writing.commit(1)).toThrow('no such table')
  db.exec('ALTER TABLE away RENAME TO chunks')
  expect([writing.commit(2), String(storedStream(db, LOG, 'stdout'))]).toMatchObject([
    [{ byteCount: 5, tickets: [1] }],
    'kept\n',
  ])
})

test('output within a tenth of a second shares its time, and later output has its own', () => {
  const store = openStore()
  for (const at of [1000, 1050, 1200])
    store.writing.append(LOG, 'stdout', Buffer.from(`${at}\n`), at, 1)
  store.writing.commit(2000)
  expect(allLines(store).map(({ text, at }) => [text, at])).toEqual([
    ['1000', 1000],
    ['1050', 1000],
    ['1200', 1200],
  ])
})

test.each([
  ['exactly as long as asked for', 'abcde', 5, 'abcde', false],
  ['one byte longer', 'abcdef', 5, 'abcde', true],
  ['as long, with nothing after it', 'abcde', 5, 'abcde', false],
  ['cut within a character', 'ab€€', 4, 'ab', true],
])('a line that is %s', (name, text, maxLineBytes, expected, cut) => {
  const store = openStore()
  const end = name.includes('nothing after') ? '' : '\nnext\n'
  store.writing.append(LOG, 'stdout', Buffer.from(text + end), 0, 1)
  store.writing.commit(1000)
  expect(allLines(store, maxLineBytes)[0]).toMatchObject({ text: expected, cut })
})

test('a chunk of a codec that this version does not know costs its own lines, and names it', () => {
  const store = openStore()
  store.writing.append(LOG, 'stdout', Buffer.from('a\n'), 0, 1)
  store.writing.commit(1000)
  store.db.exec('UPDATE chunks SET codec = 9')
  expect(allLines(store).map(line => [line.stream, line.text])).toEqual([
    [
      'header',
      "[lost: line 1, 2 bytes. This piece of the log can't be read: log 1, chunk 0: unknown codec 9]",
    ],
  ])
})

test('of a log that is full its head and its end are kept, also over a restart, and what is missing is told', () => {
  const { db, reading, ...store } = openStore()
  let { writing } = store
  const limit = (keep: number) => ({ keep, tail: 20, why: 'a step may keep 1KB of log' })
  const piece = (n: number) => Buffer.from(`piece ${n}\n`)
  writing.append(LOG, 'stdout', Buffer.from('head\nand a'), 0, 1, 1)
  writing.append(LOG, 'stdout', Buffer.from(' half|gone\n'), 0, 2, 1, limit(5))
  for (let n = 1; n <= 9; n++) writing.append(LOG, 'stdout', piece(n), 0, 2 + n, 1, limit(0))
  const told = writing.commit(0)
  expect(told[0]).toMatchObject({
    cut: 'a step may keep 1KB of log',
    tickets: expect.arrayContaining([11]),
  })
  // What was left out counts as taken: no slave sends it again.
  expect(readMarks(db, LOG)).toEqual({ '1:stdout': 5 + 5 + 11 + 9 * 8 })
  writing = createLogWriting(db)
  for (let n = 11; n <= 19; n++) writing.append(LOG, 'stdout', piece(n), 0, n, 1, limit(0))
  writing.append(LOG, 'header', Buffer.from('exit status 1\n'), 0, 20, 1)
  writing.finish(LOG, 21)
  expect(writing.commit(0)[0]).toMatchObject({ cut: 'a step may keep 1KB of log', complete: true })
  const text = reading
    .lines({ logId: LOG, first: 0, count: 100, maxLineBytes: MANY })
    .map(line => line.text)
  expect(text).toEqual([
    'head',
    'and a half',
    '[a step may keep 1KB of log: what follows is left out, but for its end]',
    '[a step may keep 1KB of log: what follows is left out, but for its end]',
    '[72 bytes are left out here: a step may keep 1KB of log]',
    'piece 19',
    'exit status 1',
  ])
})

test.each([
  ['in lines', Buffer.from(Array.from({ length: 500 }, (_, n) => `line ${n}\n`).join('')), 18],
  ['without a line', Buffer.from('x'.repeat(5000)), 20],
  ['of which nothing is to be kept', Buffer.from('y\n'.repeat(2500)), 0],
])('what comes at once is cut as well, %s', (_, bytes, keptBytes) => {
  const { reading, writing } = openStore()
  const why = 'a step may keep 1KB of log'
  writing.append(LOG, 'stdout', bytes, 0, 1, 1, { keep: 8, tail: keptBytes && 20, why })
  writing.finish(LOG, 2)
  const [one] = writing.commit(0)
  const kept = reading.bytes(LOG, 0, ['stdout']).bytes
  expect([one!.cut, String(kept)]).toEqual([
    why,
    `${bytes.subarray(0, 8)}${bytes.subarray(bytes.length - keptBytes)}`,
  ])
})

test('while the disk is full logs hold their ends only', () => {
  const { db, reading } = openStore()
  let full = false
  const writing = createLogWriting(db, () => full)
  const line = `${'x'.repeat(1023)}\n`
  writing.append(LOG, 'stdout', Buffer.from(line), 0, 1)
  full = true
  for (let n = 2; n < 200; n++) writing.append(LOG, 'stdout', Buffer.from(line), 0, n)
  writing.finish(LOG, 200)
  const [one] = writing.commit(0)
  expect(one!.cut).toBe('the disk has hardly any room left')
  expect(one!.byteCount).toBeLessThan(68 * 1024)
  const header = reading.bytes(LOG, 0, ['header'])
  expect(String(header.bytes)).toMatch(
    /\[[\d,]{6,} bytes are left out here: the disk has hardly any room left\]/,
  )
})
