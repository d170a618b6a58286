import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../main/master/db/database.ts'
import { migrate } from '../../../main/master/db/migrate.ts'
import type { Match, SearchQuery } from '../../../main/master/logs/lines.ts'
import { LOG_MIGRATIONS } from '../../../main/master/logs/log-migrations.ts'
import { createLogReading, type LogReading } from '../../../main/master/logs/log-reading.ts'
import { createLogWriting } from '../../../main/master/logs/log-writing.ts'
import type { LogId } from '../../../main/master/model.ts'
import { later } from '../../helpers/cleanup.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { createRandom } from '../../helpers/random.ts'

const LOG = 1 as LogId

function logOf(text: string): LogReading {
  const db = openDatabase(join(temporaryFolder('logs'), 'logs.sqlite'))
  later(() => db.close())
  migrate(db, LOG_MIGRATIONS.at(-1)!.version, LOG_MIGRATIONS)
  const writing = createLogWriting(db)
  writing.append(LOG, 'stdout', Buffer.from(text), 0, 1)
  writing.finish(LOG, 2)
  writing.commit(0)
  return createLogReading(db)
}

// To the end, as a window does it page by page.
function searchAll(reading: LogReading, query: Partial<SearchQuery>): Match[] {
  const found: Match[] = []
  for (let fromLine: number | null = 0; fromLine !== null; ) {
    const answer = reading.search({
      logId: LOG,
      pattern: 'x',
      ignoreCase: false,
      limit: 1000,
      ...query,
      fromLine,
    })
    found.push(...answer.matches)
    fromLine = answer.nextLine
  }
  return found
}

function searchNaively(text: string, pattern: RegExp): Match[] {
  return text.split('\n').flatMap((line, number) =>
    [...line.matchAll(pattern)].map(match => ({
      line: number,
      start: match.index,
      end: match.index + match[0].length,
    })),
  )
}

test.each([1, 3, 1000])('a search finds what a naive one finds, in pages of %i', limit => {
  const random = createRandom(limit)
  const words = ['error', 'Error', 'ok', 'é€', '😀', 'a.b', '']
  const lines = Array.from({ length: 20_000 }, () =>
    Array.from({ length: random.int(0, 6) }, () => random.pick(words)).join(' '),
  )
  const text = lines.join('\n')
  const reading = logOf(text)
  expect([
    searchAll(reading, { pattern: 'error', limit }),
    searchAll(reading, { pattern: 'error|😀', ignoreCase: true, limit }),
  ]).toEqual([searchNaively(text, /error/gu), searchNaively(text, /error|😀/giu)])
})

test('a search goes on where it is told to, and stops at the limit at the end of a line', () => {
  const reading = logOf('x\nx x x\nx\n')
  const query = { logId: LOG, pattern: 'x', ignoreCase: false, limit: 2, fromLine: 1 }
  expect(reading.search(query)).toEqual({
    matches: [
      { line: 1, start: 0, end: 1 },
      { line: 1, start: 2, end: 3 },
      { line: 1, start: 4, end: 5 },
    ],
    nextLine: 2,
  })
})

test('a pattern that fits nothing at all finds nothing', () => {
  expect(searchAll(logOf('one\ntwo\n'), { pattern: '(?:)' })).toEqual([])
})
