import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openHistory } from '../../../main/master/db/history.ts'
import { slaveLoads } from '../../../main/master/db/slave-load.ts'
import { makeHistory } from '../../bench/history.ts'
import { later } from '../../helpers/cleanup.ts'
import { temporaryFolder } from '../../helpers/folders.ts'

const DAY_MS = 86_400_000

test('how busy slaves were is what a naive look counts, the long and the running ones too', () => {
  const folder = temporaryFolder('load')
  makeHistory(folder, 600, 5, 9)
  const db = openHistory(join(folder, 'history.sqlite'))
  later(() => db.close())
  db.exec(`
    INSERT INTO slaves (id, name, kind, tags, max_builds, active, info) VALUES (2, 'mini', 'local', '[]', 1, 1, '{}');
    UPDATE builds SET slave_id = 2 WHERE id % 3 = 0;
    UPDATE builds SET complete_at = started_at + ${20 * DAY_MS} WHERE id = 100;
    UPDATE builds SET complete_at = NULL, results = NULL WHERE id = 200;
    UPDATE builds SET complete_at = started_at WHERE id = 201;
  `)
  const rows = db.all<{ slave_id: number; started_at: number; complete_at: number | null }>(
    'SELECT * FROM builds',
  )
  const from = rows[90]!.started_at + 5
  const parts = 40
  const width = DAY_MS * 2
  const to = from + parts * width
  const now = to - DAY_MS

  const wanted = new Map<string, { busyMs: number; builds: number }>()
  for (const { slave_id, started_at, complete_at } of rows) {
    const end = Math.min(to, complete_at ?? now)
    for (let part = 0; part < parts; part++) {
      const begins = from + part * width
      const busy = Math.min(end, begins + width) - Math.max(started_at, begins)
      const began = started_at >= begins && started_at < begins + width
      if (busy <= 0 && !began) continue
      const key = `${slave_id === 2 ? 'mini' : 'local'} ${part}`
      const one = wanted.get(key) ?? { busyMs: 0, builds: 0 }
      one.busyMs += Math.max(0, busy)
      one.builds += Number(began)
      wanted.set(key, one)
    }
  }

  const told = slaveLoads(db, { from, to, parts, now }).map(
    ({ slave, part, busyMs, builds }) => [`${slave} ${part}`, { busyMs, builds }] as const,
  )
  expect(new Map(told)).toEqual(wanted)
})
