import { expect, test } from 'vitest'
import { migrate } from '../../../../main/master/db/migrate.ts'
import { insertRows, openTestDatabase, readRows } from '../../../helpers/database.ts'

test('004 adds the quarantine and touches nothing else', () => {
  const db = openTestDatabase({ version: 3 })
  insertRows(db, 'events', [{ id: 7, at: 1, kind: 'eclipse', subject: 'sun', detail: '' }])
  const before = readRows(db, 'events')

  migrate(db, 4)

  expect([readRows(db, 'events'), readRows(db, 'quarantine')]).toEqual([before, []])
})
