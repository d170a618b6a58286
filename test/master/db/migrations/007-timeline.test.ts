import { expect, test } from 'vitest'
import { migrate } from '../../../../main/master/db/migrate.ts'
import { openTestDatabase } from '../../../helpers/database.ts'

test('007 reads who built when, and how it ended, from an index alone', () => {
  const db = openTestDatabase({ version: 6 })

  migrate(db, 7)

  const plan = db.all<{ detail: string }>(
    `EXPLAIN QUERY PLAN SELECT builder_id, count(*), sum(results = 2), sum(complete_at - started_at)
     FROM builds WHERE started_at >= 1 AND started_at < 2 GROUP BY builder_id`,
  )
  expect(plan[0]!.detail).toContain('USING COVERING INDEX builds_by_time')
})
