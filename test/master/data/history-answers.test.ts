import '../../helpers/with-processes.ts'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openHistoryAsker } from '../../../main/master/data/ask-history.ts'
import { HISTORY_ANSWERS } from '../../../main/master/data/history-answers.ts'
import type { Database } from '../../../main/master/db/database.ts'
import { openHistory } from '../../../main/master/db/history.ts'
import type { BuilderId } from '../../../main/master/model.ts'
import { makeHistory } from '../../bench/history.ts'
import { later } from '../../helpers/cleanup.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { createRandom } from '../../helpers/random.ts'

const DAY_MS = 86_400_000

interface Row {
  readonly id: number
  readonly builder_id: number
  readonly started_at: number
  readonly complete_at: number | null
  readonly results: number | null
  readonly slave: string
}

/** A year of builds, one of a fortnight and one that runs among them. */
function aYear() {
  const folder = temporaryFolder('year')
  makeHistory(folder, 3000, 20, 7)
  const path = join(folder, 'history.sqlite')
  const db = openHistory(path)
  later(() => db.close())
  db.run('UPDATE builds SET complete_at = started_at + ? WHERE id = 1000', 14 * DAY_MS)
  db.run('UPDATE builds SET complete_at = NULL, results = NULL WHERE id = 1500')
  db.run(
    "INSERT INTO slaves (id, name, kind, tags, max_builds, active, info) VALUES (2, 'mini', 'local', '[]', 1, 1, '{}')",
  )
  db.run('UPDATE builds SET slave_id = 2 WHERE id % 7 = 0')
  const rows = db.all<Row>(
    'SELECT b.*, sl.name AS slave FROM builds b JOIN slaves sl ON sl.id = b.slave_id ORDER BY started_at DESC, b.id DESC',
  )
  return { db, rows, path, first: rows.at(-1)!.started_at, last: rows[0]!.started_at }
}

const ids = (list: readonly { readonly id: number }[]) => list.map(({ id }) => id)

test('changes, load and trends are told without going through all of history, also before SQLite knows how long it is', () => {
  const db = openHistory(join(temporaryFolder('new'), 'history.sqlite'))
  later(() => db.close())
  const plans: string[] = []
  const explained: Database = {
    ...db,
    all(sql, ...values) {
      const plan = db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values)
      plans.push(...plan.map(({ detail }) => detail))
      return db.all(sql, ...values)
    },
  }
  const week = { from: 0, to: 7 * DAY_MS, parts: 7 }
  HISTORY_ANSWERS.trends(explained, { ...week, builders: [1 as BuilderId] })
  HISTORY_ANSWERS.load(explained, { ...week, now: 0 })
  const page = { project: null, branch: null, who: [], before: null, limit: 50 }
  HISTORY_ANSWERS.holdings(explained, page)
  expect(plans.length).toBeGreaterThan(20)
  // b: builds, l: logs.
  expect(plans.filter(detail => /^SCAN (b|l|builds|steps)$/.test(detail))).toEqual([])
})

test('a summary counts what began and ended in a stretch, and tells medians, of each builder and of all', () => {
  const { db, rows, first, last } = aYear()
  const random = createRandom(11).next
  for (let round = 0; round < 40; round++) {
    const from = first + Math.floor(random() * (last - first))
    const to = from + Math.floor(random() * 60 * DAY_MS)
    const own = rows.filter(
      row => row.started_at >= from && row.started_at < to && row.complete_at !== null,
    )
    const { builders, ...all } = HISTORY_ANSWERS.summary(db, { from, to })
    expect(all).toEqual(sumUp(own))
    expect(new Map(builders.map(({ builderId, ...sums }) => [builderId as number, sums]))).toEqual(
      new Map([...Map.groupBy(own, row => row.builder_id)].map(([id, list]) => [id, sumUp(list)])),
    )
    const counts = builders.map(one => one.builds)
    expect(counts).toEqual(counts.toSorted((a, b) => b - a))
  }
})

function sumUp(rows: readonly Row[]) {
  const lengths = rows.map(row => row.complete_at! - row.started_at).sort((a, b) => a - b)
  return {
    builds: rows.length,
    failed: rows.filter(row => row.results === 2).length,
    exceptions: rows.filter(row => row.results === 4).length,
    medianMs: lengths[Math.ceil(lengths.length / 2) - 1] ?? null,
  }
}

test.each(['builder', 'slave'] as const)(
  'days count what each %s began on them, by the clock of the zone',
  by => {
    const { db, rows, first } = aYear()
    const offsetMs = 2 * 3_600_000
    const to = first + 100 * DAY_MS

    const days = HISTORY_ANSWERS.days(db, { from: first, to, offsetMs, by })

    const counted = new Map<string, { builds: number; failed: number; busyMs: number }>()
    for (const { builder_id, slave, started_at, complete_at, results } of rows) {
      if (started_at < first || started_at >= to || complete_at === null) continue
      const key = `${by === 'builder' ? builder_id : slave} ${Math.floor((started_at + offsetMs) / DAY_MS)}`
      const one = counted.get(key) ?? { builds: 0, failed: 0, busyMs: 0 }
      one.builds++
      one.failed += Number(results === 2)
      one.busyMs += complete_at - started_at
      counted.set(key, one)
    }
    const told = days.map(({ of, day, builds, failed, busyMs }) => [
      `${of} ${day}`,
      { builds, failed, busyMs },
    ])
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(counted))
  },
)

test('density counts each build of a stretch once', () => {
  const { db, rows, first, last } = aYear()

  const parts = HISTORY_ANSWERS.density(db, { from: first, to: last + 1, parts: 77 })

  expect(parts).toHaveLength(77)
  expect(parts.reduce((sum, part) => sum + part.builds, 0)).toBe(rows.length)
  expect(parts.reduce((sum, part) => sum + part.bad, 0)).toBe(
    rows.filter(row => row.results === 2 || row.results === 4).length,
  )
})

test('an empty history has no beginning, and nothing in it', () => {
  const db: Database = openHistory(join(temporaryFolder('empty'), 'history.sqlite'))
  later(() => db.close())

  expect([
    HISTORY_ANSWERS.beginning(db),
    HISTORY_ANSWERS.summary(db, { from: 0, to: 10 }),
    HISTORY_ANSWERS.density(db, { from: 0, to: 10, parts: 2 }),
  ]).toEqual([
    null,
    { builds: 0, failed: 0, exceptions: 0, medianMs: null, builders: [] },
    [
      { builds: 0, bad: 0 },
      { builds: 0, bad: 0 },
    ],
  ])
})

test('questions are answered on a thread, and told when it stops', async () => {
  const { path, first } = aYear()
  const asker = openHistoryAsker(path)

  expect(await asker.ask('beginning')).toBe(first)
  await asker.stop()
  await expect(asker.ask('beginning')).rejects.toThrow('The master is stopping.')
})

test('pages follow on each other, down to the first build and up to the last, none twice and none left out', () => {
  const { db, rows, first, last } = aYear()
  // As many at once as an import brings.
  db.run('UPDATE builds SET started_at = ? WHERE id BETWEEN 700 AND 720', first + 80 * DAY_MS)
  const wanted = db.all<Row>('SELECT * FROM builds ORDER BY started_at DESC, id DESC')
  const middle = first + Math.floor((last - first) / 2)

  const down: number[] = []
  for (let at = middle, end = false; !end; ) {
    const page = HISTORY_ANSWERS.page(db, { at, side: 'before', limit: 50 })
    down.push(...ids(page.builds))
    expect(page.to).toBe(at)
    at = page.from
    end = page.last
  }
  const up: number[] = []
  for (let at = middle, end = false; !end; ) {
    const page = HISTORY_ANSWERS.page(db, { at, side: 'from', limit: 50 })
    up.unshift(...ids(page.builds))
    expect(page.from).toBe(at)
    at = page.to
    end = page.last
  }

  expect([...up, ...down]).toEqual(ids(wanted))
  expect(up.length + down.length).toBe(rows.length)
})
