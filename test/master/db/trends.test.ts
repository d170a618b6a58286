import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openHistory } from '../../../main/master/db/history.ts'
import { type TrendPoint, trends } from '../../../main/master/db/trends.ts'
import { makeHistory } from '../../bench/history.ts'
import { later } from '../../helpers/cleanup.ts'
import { testData } from '../../helpers/data.ts'
import { temporaryFolder } from '../../helpers/folders.ts'

const DAY_MS = 86_400_000

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  if (sorted.length === 0) return null
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

test('trends are what a naive look counts: medians of the good, queues of all, bytes of all logs', () => {
  const folder = temporaryFolder('trends')
  makeHistory(folder, 1200, 5, 3)
  const db = openHistory(join(folder, 'history.sqlite'))
  later(() => db.close())
  db.exec(`
    UPDATE builds SET results = 6 WHERE id % 17 = 0;
    UPDATE builds SET complete_at = NULL, results = NULL WHERE id % 101 = 0;
    UPDATE build_requests SET submitted_at = submitted_at - id * 37 % 9000;
    INSERT INTO logs (step_id, name, kind, line_count, byte_count, complete)
      SELECT id, 'stdio', 's', 1, id * 13 % 5000, 1 FROM steps;
  `)
  const rows = db.all<Record<string, number>>(
    `SELECT b.*, b.started_at - r.submitted_at AS queued,
       (SELECT sum(byte_count) FROM logs l JOIN steps s ON s.id = l.step_id WHERE s.build_id = b.id) AS bytes
     FROM builds b JOIN build_requests r ON r.id = b.request_id WHERE b.complete_at IS NOT NULL`,
  )
  const from = Number(rows[0]!.started_at) + 20 * DAY_MS
  const to = from + 200 * DAY_MS
  const wanted = new Map<string, TrendPoint>()
  const groups = Map.groupBy(
    rows.filter(row => row.started_at! >= from && row.started_at! < to && row.builder_id! <= 3),
    row => `${row.builder_id} ${Math.floor((row.started_at! - from) / (20 * DAY_MS))}`,
  )
  for (const [key, list] of groups) {
    const [builderId, part] = key.split(' ').map(Number)
    const good = list.filter(row => [0, 1, 3].includes(row.results!))
    wanted.set(key, {
      builderId: builderId as TrendPoint['builderId'],
      part: part!,
      builds: list.length,
      told: list.filter(row => row.results !== 6).length,
      good: good.length,
      medianMs: median(good.map(row => row.complete_at! - row.started_at!)),
      medianQueuedMs: median(list.map(row => row.queued!))!,
      logBytes: list.reduce((sum, row) => sum + row.bytes!, 0) / list.length,
    })
  }

  const { points } = trends(db, {
    from,
    to,
    parts: 10,
    builders: [1, 2, 3] as TrendPoint['builderId'][],
  })

  const rounded = (point: TrendPoint) => ({ ...point, logBytes: Math.round(point.logBytes) })
  const told = new Map(points.map(one => [`${one.builderId} ${one.part}`, rounded(one)]))
  expect(told).toEqual(new Map([...wanted].map(([key, one]) => [key, rounded(one)])))
})

test('without a choice the busiest builders are shown, and an empty history says so', () => {
  const desk = testData()
  const [quiet, busy] = [desk.builder('quiet'), desk.builder('busy')]
  const query = { from: 0, to: desk.clock.now() + DAY_MS, parts: 3, builders: [] }
  const before = trends(desk.db, query)
  for (const builder of [busy, quiet, busy]) {
    const id = desk.request(builder, { collapse: false })
    const build = desk.data.startBuild(id, desk.data.slave('local')!.id, {})!
    desk.data.finishBuild(build.id, 0, '')
  }

  expect([before, trends(desk.db, query).builders]).toEqual([
    { builders: [], points: [], beginning: null },
    [busy.id, quiet.id],
  ])
})
