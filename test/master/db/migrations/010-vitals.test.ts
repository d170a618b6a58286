import { expect, test } from 'vitest'
import { migrate } from '../../../../main/master/db/migrate.ts'
import { saveVitals, vitalsByPart } from '../../../../main/master/db/vitals.ts'
import { insertRows, openTestDatabase } from '../../../helpers/database.ts'

test('010 keeps how a slave’s machine fared, and knows nothing of before', () => {
  const db = openTestDatabase({ version: 9 })
  const local = { name: 'local', kind: 'local', tags: '[]', max_builds: 1, active: 1, info: '{}' }
  insertRows(db, 'slaves', [{ id: 1, ...local }])

  migrate(db, 10)

  const stretch = { from: 0, to: 600_000, parts: 2 }
  expect(vitalsByPart(db, stretch)).toEqual([])
  const point = { load: 1, cpuPercent: 50, cpuMost: 80, memoryTotalBytes: 8, diskFreeBytes: null }
  saveVitals(db, 'local', 300_000, { reports: 1, ...point, memoryUsedBytes: 4.4 })
  expect(vitalsByPart(db, stretch)).toEqual([
    { slave: 'local', part: 1, reports: 1, ...point, memoryUsedBytes: 4 },
  ])
})
