import { expect, test } from 'vitest'
import type { HistoryAsker } from '../../../main/master/data/ask-history.ts'
import { type LogsCursor, searchLogs } from '../../../main/master/data/search-logs.ts'
import type { LogPlace, LogsQuery } from '../../../main/master/db/log-places.ts'
import type { FoundLine, ScanAnswer, ScanQuery } from '../../../main/master/logs/scan-logs.ts'
import type { BuildId, LogId, Moment } from '../../../main/master/model.ts'

const BUILDS = 2000
const SEARCH = { pattern: 'x', literal: true, ignoreCase: false, from: null }

/** A history of builds with one log each, of the build's number. */
function manyBuilds() {
  const asked: number[] = []
  const place = (id: number): LogPlace => ({
    logId: id as LogId,
    log: 'stdio',
    buildId: id as BuildId,
    builder: 'calc',
    number: id,
    results: 0,
    startedAt: id as Moment,
    step: 'say',
  })
  const ask = async (_: string, { upTo = BUILDS as BuildId, builds }: LogsQuery) => {
    asked.push(builds)
    const count = Math.min(builds, upTo)
    const places = Array.from({ length: count }, (_, i) => place(upTo - i))
    return { places, oldest: upTo - count + 1, last: upTo - count < 1 }
  }
  return { asked, history: { ask } as unknown as Pick<HistoryAsker, 'ask'> }
}

/** Finds some lines in each log. */
function scanFinding(each: number) {
  return async ({ logs, limit, from, found }: ScanQuery): Promise<ScanAnswer> => {
    const lines: FoundLine[] = []
    for (const [index, logId] of logs.entries())
      for (let line = index === 0 ? from.line : 0; line < each; line++) {
        if (lines.length === limit)
          return { lines, more: [], next: { index, line, byte: 0, found }, byteCount: index }
        const text = `x ${line}`
        lines.push({ logId, line, stream: 'stdout', at: 0, text, start: 0, end: 1 })
      }
    return { lines, more: [], next: null, byteCount: logs.length }
  }
}

test('logs of more builds are looked at at once, as long as there is time', async () => {
  const { asked, history } = manyBuilds()
  const all = await searchLogs(history, scanFinding(0), SEARCH, () => 0)
  expect([asked, all]).toEqual([
    [50, 100, 200, 400, 800, 800],
    { logs: [], next: null, byteCount: BUILDS, reached: 1 },
  ])
  let now = 0
  const some = await searchLogs(history, scanFinding(0), SEARCH, () => (now += 60))
  expect(some).toMatchObject({ next: { buildId: BUILDS - 150 }, reached: BUILDS - 149 })
})

test('answer after answer tells each line once, the newest build first', async () => {
  const { history } = manyBuilds()
  const seen: string[] = []
  for (let from: LogsCursor | null = null; ; ) {
    const answer = await searchLogs(history, scanFinding(3), { ...SEARCH, from }, () => 0)
    const lines = answer.logs.flatMap(log => log.lines.map(line => `${log.number} ${line.line}`))
    expect(lines.length).toBeLessThanOrEqual(200)
    seen.push(...lines)
    from = answer.next
    if (from === null) break
  }
  const wanted = Array.from({ length: BUILDS }, (_, i) => BUILDS - i)
  expect(seen).toEqual(wanted.flatMap(build => [0, 1, 2].map(line => `${build} ${line}`)))
})
