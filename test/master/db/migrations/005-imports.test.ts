import { expect, test } from 'vitest'
import { migrate } from '../../../../main/master/db/migrate.ts'
import { insertRows, openTestDatabase, readRows, readTables } from '../../../helpers/database.ts'

test('005 makes room for what is imported, and leaves changes as they are', () => {
  const db = openTestDatabase({ version: 4 })
  const change = {
    project: 'calc',
    repository: '/r',
    branch: 'main',
    revision: 'abc',
    who: 'Ada',
    comments: 'one',
    files: '["a.c"]',
    category: null,
    at: 1000,
    received_at: 2000,
  }
  insertRows(db, 'changes', [{ id: 7, ...change }])
  const before = readTables(db).map(table => table.name)
  migrate(db, 5)
  expect(readRows(db, 'changes')).toEqual([{ id: 7, ...change }])
  const added = readTables(db).filter(table => !before.includes(table.name))
  expect(added).toEqual([
    { name: 'change_properties', strict: true },
    { name: 'imports', strict: true },
  ])
})

test('005 keeps one local row for each of a source', () => {
  const db = openTestDatabase({ version: 5 })
  const row = { source: 'buildbot x', noun: 'build', source_id: 1, local_id: 5, final: 1 }
  insertRows(db, 'imports', [row, { ...row, source: 'buildbot y', local_id: 6 }])
  expect(() => insertRows(db, 'imports', [{ ...row, local_id: 7 }])).toThrow('UNIQUE constraint')
})
