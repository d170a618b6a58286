import { expect, test } from 'vitest'
import { LATEST, migrate } from '../../../../main/master/db/migrate.ts'
import { insertRows, openTestDatabase, readRows } from '../../../helpers/database.ts'

test('003 gives slaves a place for what they are known by, and leaves them as they are', () => {
  const db = openTestDatabase({ version: 2 })
  const slave = { name: 'mini', kind: 'remote', tags: '[]', max_builds: 1, active: 1, info: '{}' }
  insertRows(db, 'slaves', [{ id: 1, ...slave }])

  migrate(db, 3)

  insertRows(db, 'slave_keys', [{ slave: 'mini', password_hash: 'scrypt', made_at: 5 }])
  expect(readRows(db, 'slaves')).toMatchObject([slave])
  expect(readRows(db, 'slave_keys')).toEqual([
    { slave: 'mini', password_hash: 'scrypt', fingerprint: null, made_at: 5 },
  ])
  expect(LATEST).toBeGreaterThanOrEqual(3)
})
