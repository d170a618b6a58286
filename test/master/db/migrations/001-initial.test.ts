import { expect, test } from 'vitest'
import { insertRows, openTestDatabase, readRows, readTables } from '../../../helpers/database.ts'

test('001 makes the tables of the history', () => {
  const db = openTestDatabase({ version: 1 })
  expect(readTables(db).map(({ name }) => name)).toEqual([
    'artifacts',
    'build_properties',
    'build_requests',
    'builders',
    'builds',
    'buildset_changes',
    'buildset_properties',
    'buildsets',
    'changes',
    'events',
    'logs',
    'projects',
    'runs',
    'scheduler_changes',
    'scheduler_state',
    'slaves',
    'source_tips',
    'sourcestamps',
    'steps',
    'test_results',
  ])
})

test('001 refuses a second build of the same number', () => {
  const db = openTestDatabase({ version: 1 })
  insertBuild()
  expect(insertBuild).toThrow('UNIQUE constraint failed: builds.builder_id, builds.number')
  expect(readRows(db, 'builds')).toHaveLength(1)

  function insertBuild() {
    const builder = { name: 'a', project: '', description: '', tags: '[]', slaves: '[]' }
    db.exec('PRAGMA foreign_keys=OFF')
    if (readRows(db, 'builders').length === 0)
      insertRows(db, 'builders', [{ id: 1, ...builder, active: 1, position: 0 }])
    const build = { builder_id: 1, number: 7, request_id: 1, slave_id: 1, run_id: 1 }
    insertRows(db, 'builds', [{ ...build, started_at: 1, state_string: '' }])
  }
})
