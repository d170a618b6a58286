import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openHistory } from '../../../main/master/db/history.ts'
import { type TrendPoint, trends } from '../../../main/master/db/trends.ts'
import { makeHistory } from '../../bench/history.ts'
import { later } from '../../helpers/cleanup.ts'
import { testData } from '../../helpers/data.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { createRandom } from '../../helpers/random.ts'

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
      estimateOff: estimateOff(good),
    })
  }

  // How far each was from what the eleven good ones before it, or at least ten, let expect.
  function estimateOff(good: readonly Record<string, number>[]): number | null {
    const length = (row: Record<string, number>) => row.complete_at! - row.started_at!
    const off = good.flatMap(row => {
      const before = rows
        .filter(one => one.builder_id === row.builder_id && one.number! < row.number!)
        .filter(one => [0, 1, 3].includes(one.results!))
        .sort((a, b) => a.number! - b.number!)
        .slice(-11)
      const sorted = before.map(length).sort((a, b) => a - b)
      const expected = sorted[Math.floor(sorted.length / 2)]!
      return before.length < 10 ? [] : [Math.abs(length(row) - expected) / expected]
    })
    return off.sort((a, b) => a - b)[Math.floor(off.length / 2)] ?? null
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

test('after ten builds an estimate is within a fifth of the truth, when builds vary by a third', () => {
  const desk = testData()
  const builder = desk.builder('calc')
  const random = createRandom(5)
  for (let i = 0; i < 200; i++) {
    const id = desk.request(builder, { collapse: false })
    const build = desk.build(id)
    // Slowly longer, with a build that is far off now and then.
    const ms = (60_000 + i * 200) * (0.67 + random.next() * 0.66) * (random.chance(0.05) ? 5 : 1)
    desk.db.run(
      'UPDATE builds SET complete_at = started_at + ? WHERE id = ?',
      Math.round(ms),
      build.id,
    )
  }
  const [point] = trends(desk.db, {
    from: 0,
    to: desk.clock.now() + DAY_MS,
    parts: 1,
    builders: [builder.id],
  }).points
  expect(point!.estimateOff).toBeGreaterThan(0.05)
  expect(point!.estimateOff).toBeLessThan(0.2)
})

test('without a choice the busiest builders are shown, and an empty history says so', () => {
  const desk = testData()
  const [quiet, busy] = [desk.builder('quiet'), desk.builder('busy')]
  const query = { from: 0, to: desk.clock.now() + DAY_MS, parts: 3, builders: [] }
  const before = trends(desk.db, query)
  for (const builder of [busy, quiet, busy]) desk.build(desk.request(builder, { collapse: false }))

  expect([before, trends(desk.db, query).builders]).toEqual([
    { builders: [], points: [], beginning: null },
    [busy.id, quiet.id],
  ])
})
