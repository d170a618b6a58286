import { expect, test } from 'vitest'
import { migrate } from '../../../main/master/db/migrate.ts'
import { LOG_MIGRATIONS } from '../../../main/master/logs/log-migrations.ts'
import { createLogWriting, readMarks } from '../../../main/master/logs/log-writing.ts'
import type { LogId } from '../../../main/master/model.ts'
import { insertRows, openTestDatabase, readRows } from '../../helpers/database.ts'

test('2 gives growing logs their marks, and a log of before goes on without', () => {
  const db = openTestDatabase({ version: 0 })
  migrate(db, 1, LOG_MIGRATIONS)
  insertRows(db, 'logs', [{ id: 1, line_count: 0, byte_count: 0, complete: 0 }])

  migrate(db, 2, LOG_MIGRATIONS)

  const before = readMarks(db, 1 as LogId)
  const writing = createLogWriting(db)
  writing.append(1 as LogId, 'stdout', Buffer.from('four\n'), 0, 1, 3)
  writing.commit(0)
  expect([before, readRows(db, 'logs')]).toEqual([
    {},
    [{ id: 1, line_count: 1, byte_count: 5, complete: 0, marks: '{"3:stdout":5}' }],
  ])
})
