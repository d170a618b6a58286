import { expect, test } from 'vitest'
import { migrate } from '../../../../main/master/db/migrate.ts'
import { listSlaves } from '../../../../main/master/db/slaves.ts'
import { insertRows, openTestDatabase, readRows } from '../../../helpers/database.ts'

test('002 keeps slaves and their pauses, and says that nobody is known to have paused them', () => {
  const db = openTestDatabase({ version: 1 })
  const row = { kind: 'local', tags: '["linux"]', max_builds: 2, active: 1, info: '{"arch":"x64"}' }
  insertRows(db, 'slaves', [
    { id: 1, name: 'local', ...row, paused: '{"reason":"lunch","at":1700000000000}' },
    { id: 2, name: 'old', ...row, active: 0, last_seen_at: 1_600_000_000_000 },
  ])

  migrate(db, 2)

  const now = { ...row, address: null, draining: 0, quarantine: null, missed_at: null }
  expect(readRows(db, 'slaves')).toEqual([
    {
      id: 1,
      name: 'local',
      ...now,
      paused: '{"reason":"lunch","at":1700000000000,"by":null,"until":null}',
      last_seen_at: null,
    },
    { id: 2, name: 'old', ...now, active: 0, paused: null, last_seen_at: 1_600_000_000_000 },
  ])
  expect(listSlaves(db)[0]!.paused).toEqual({
    reason: 'lunch',
    at: 1_700_000_000_000,
    by: null,
    until: null,
  })
})
