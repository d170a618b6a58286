import '../../helpers/with-processes.ts'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../main/master/db/database.ts'
import { type LogStore, openLogStore } from '../../../main/master/logs/log-store.ts'
import type { Committed } from '../../../main/master/logs/log-writing.ts'
import type { LogId, Stream } from '../../../main/master/model.ts'
import { later } from '../../helpers/cleanup.ts'
import { temporaryFolder } from '../../helpers/folders.ts'

const LOG = 1 as LogId
const OTHER = 2 as LogId

async function openStore(path = join(temporaryFolder('logs'), 'logs.sqlite'), searchMs = 5000) {
  const committed: Committed[] = []
  const troubles: (string | undefined)[] = []
  const store = await openLogStore({
    path,
    searchMs,
    onCommitted: logs => committed.push(...logs),
    onTrouble: reason => troubles.push(reason),
  })
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= store.stop())
  later(stop)
  return { ...store, path, committed, troubles, stop }
}

async function readAll(store: LogStore, streams?: readonly Stream[], start = 0): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for (let from = start; ; ) {
    const { bytes, next } = await store.bytes(LOG, from, streams)
    if (next === from) return Buffer.concat(parts)
    parts.push(bytes)
    from = next
  }
}

const lines = (store: LogStore, first: number, count: number) =>
  store
    .lines({ logId: LOG, first, count, maxLineBytes: 1000 })
    .then(found => found.map(line => line.text))

test('bytes are readable, and told of, once the append resolves', async () => {
  const store = await openStore()
  await store.append(LOG, 'stdout', Buffer.from('one\n'), 1)
  const first = [String(await readAll(store)), store.committed.at(-1)]
  await store.append(LOG, 'stderr', Buffer.from('two\n'), 2)
  const counts = await store.finish(LOG)
  expect([first, String(await readAll(store)), counts]).toMatchObject([
    ['one\n', { logId: LOG, lineCount: 1, byteCount: 4, complete: false }],
    'one\ntwo\n',
    { lineCount: 2, byteCount: 8 },
  ])
})

test('one stream is read without the others, from any offset', async () => {
  const store = await openStore()
  for (const [stream, text] of [
    ['header', 'sh\n'],
    ['stdout', 'a\n'],
    ['stderr', 'b\n'],
    ['stdout', 'c\n'],
  ] as const)
    await store.append(LOG, stream, Buffer.from(text), 1)
  expect([
    String(await readAll(store, ['stdout'])),
    String(await readAll(store, ['stdout', 'stderr'])),
    String(await readAll(store, [], 0)),
    String(await readAll(store, undefined, 4)),
    String(await readAll(store, undefined, 9)),
    String(await readAll(store, undefined, 99)),
  ]).toEqual(['a\nc\n', 'a\nb\nc\n', '', '\nb\nc\n', '', ''])
})

test('a log goes on where it was when the store was closed in the middle of it', async () => {
  const first = await openStore()
  await first.append(LOG, 'stdout', Buffer.from('one\ntw'), 1)
  await first.stop()
  const second = await openStore(first.path)
  await second.append(LOG, 'stdout', Buffer.from('o\nthree'), 2)
  expect([await second.finish(LOG), await lines(second, 0, 9)]).toMatchObject([
    { lineCount: 3, byteCount: 13 },
    ['one', 'two', 'three'],
  ])
})

test('closing the store keeps what was appended and not yet committed', async () => {
  const first = await openStore()
  const held = first.append(LOG, 'stdout', Buffer.from('no newline'), Date.now())
  await first.stop()
  await held
  const second = await openStore(first.path)
  expect(String(await readAll(second))).toBe('no newline')
})

test('a log is read while it grows', async () => {
  const store = await openStore()
  const writing = (async () => {
    for (let i = 0; i < 2000; i += 40) {
      const text = Array.from({ length: 40 }, (_, j) => `line ${i + j}\n`).join('')
      await store.append(LOG, 'stdout', Buffer.from(text), i)
    }
  })()
  const seen: number[] = []
  for (let first = 0; first < 2000; ) {
    const found = await lines(store, first, 500)
    expect(found).toEqual(found.map((_, i) => `line ${first + i}`))
    seen.push(found.length)
    first += found.length
  }
  await writing
  expect(seen.reduce((sum, one) => sum + one, 0)).toBe(2000)
})

test('a long log is stored at a small cost of memory, and read at any place', async () => {
  const store = await openStore()
  const block = Buffer.from(
    Array.from({ length: 2500 }, (_, i) => `compile of module ${i} took ${i % 97} ms`).join('\n') +
      '\n',
  )
  const blocks = Math.ceil((400 * 1024 * 1024) / block.length)
  const before = process.memoryUsage.rss()
  let most = 0
  const inFlight = new Set<Promise<void>>()
  const hash = createHash('sha256')
  for (let i = 0; i < blocks; i++) {
    const one = store.append(LOG, 'stdout', block, i).then(() => void inFlight.delete(one))
    inFlight.add(one)
    hash.update(block)
    if (inFlight.size >= 16) await Promise.race(inFlight)
    most = Math.max(most, process.memoryUsage.rss() - before)
  }
  const { lineCount, byteCount } = await store.finish(LOG)
  expect([lineCount, byteCount]).toEqual([blocks * 2500, blocks * block.length])
  const places = [0, 12_345, lineCount - 1]
  const found = await Promise.all(places.map(place => lines(store, place, 1)))
  expect(found.flat()).toEqual(
    places.map(at => `compile of module ${at % 2500} took ${(at % 2500) % 97} ms`),
  )
  const stored = createHash('sha256')
  for (let from = 0; ; ) {
    const { bytes, next } = await store.bytes(LOG, from)
    if (next === from) break
    stored.update(bytes)
    from = next
    most = Math.max(most, process.memoryUsage.rss() - before)
  }
  expect(stored.digest('hex')).toBe(hash.digest('hex'))
  // A store that held the log would grow by all of its 400 MB. Half of that is what two
  // threads leave uncollected at most, however long the log is.
  expect(most).toBeLessThan(300 * 1024 * 1024)
}, 60_000)

test.each(['search', 'scan'] as const)(
  'a pattern that runs for ever is given up, and other questions are answered (%s)',
  async how => {
    const store = await openStore(undefined, 200)
    await store.append(LOG, 'stdout', Buffer.from(`${'a'.repeat(5000)}!\n`), 1)
    const query = { pattern: '(a+)+$', ignoreCase: false, literal: false, limit: 1 }
    const from = { line: 0, byte: 0 }
    const asked =
      how === 'search'
        ? store.search({ ...query, logId: LOG, from })
        : store.scan({ ...query, logs: [LOG], from, found: 0, linesPerLog: 1 })
    const [search, read] = await Promise.allSettled([asked, lines(store, 0, 1)])
    expect([search, read.status]).toEqual([
      {
        status: 'rejected',
        reason: new Error('The search takes too long. Try a simpler pattern.'),
      },
      'fulfilled',
    ])
  },
)

test('a line that is written and wiped thousands of times is searched in little memory', async () => {
  const store = await openStore()
  const line = '\x1b[2K\x1b[3900Gx\r\x1b[1K'.repeat(4000)
  await store.append(LOG, 'stdout', Buffer.from(`${line}\nfound\n`), 1)
  const query = { pattern: 'found', ignoreCase: false, literal: true, limit: 1 }
  const { matches } = await store.search({ ...query, logId: LOG, from: { line: 0, byte: 0 } })
  expect(matches).toEqual([{ line: 1, byte: 0 }])
})

test('a pattern that is none is refused', async () => {
  const store = await openStore()
  const query = {
    logId: LOG,
    pattern: '(',
    ignoreCase: false,
    literal: false,
    from: { line: 0, byte: 0 },
    limit: 1,
  }
  await store.append(LOG, 'stdout', Buffer.from('a\n'), 1)
  await expect(store.search(query)).rejects.toThrow('Invalid regular expression')
})

test('while the disk does not take logs nothing is lost, and both ends of the trouble are told', async () => {
  const store = await openStore()
  await store.append(LOG, 'stdout', Buffer.from('before\n'), 1)
  const blocker = openDatabase(store.path)
  later(() => blocker.close())
  blocker.exec('ALTER TABLE chunks RENAME TO away')
  const append = store.append(LOG, 'stdout', Buffer.from('kept\n'), 2)
  while (store.troubles.length === 0) await new Promise(setImmediate)
  blocker.exec('ALTER TABLE away RENAME TO chunks')
  await append
  while (store.troubles.length === 1) await new Promise(setImmediate)
  expect([String(await readAll(store)), store.troubles]).toEqual([
    'before\nkept\n',
    [expect.stringContaining('no such table'), undefined],
  ])
})

test('a log whose last piece is damaged goes on behind it, and the others are written', async () => {
  const first = await openStore()
  await first.append(LOG, 'stdout', Buffer.from('a\n'), 1)
  await first.stop()
  const db = openDatabase(first.path)
  db.exec('UPDATE chunks SET codec = 9')
  db.close()
  const store = await openStore(first.path)
  await Promise.all([
    store.append(LOG, 'stdout', Buffer.from('b\n'), 2),
    store.append(OTHER, 'stdout', Buffer.from('c\n'), 2),
  ])
  const lines = await store.lines({ logId: LOG, first: 0, count: 9, maxLineBytes: 200 })
  expect(lines.map(line => line.text)).toEqual([expect.stringContaining('lost: line 1'), 'b'])
})

test('a store that can not be opened says why', async () => {
  const path = join(temporaryFolder(), 'away', 'logs.sqlite')
  await expect(openStore(path)).rejects.toThrow('no such file or directory')
})
