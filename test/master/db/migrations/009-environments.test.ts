import { expect, test } from 'vitest'
import { environmentOfBuild, keepEnvironment } from '../../../../main/master/db/environments.ts'
import { migrate } from '../../../../main/master/db/migrate.ts'
import type { BuildId, Environment } from '../../../../main/master/model.ts'
import { insertRows, openTestDatabase, readRows } from '../../../helpers/database.ts'

test('009 knows of no older build what it ran in, and keeps each environment once', () => {
  const db = openTestDatabase({ version: 8 })
  const names = { tags: '[]', slaves: '[]', description: '', project: '', position: 0, active: 1 }
  insertRows(db, 'runs', [{ id: 1, version: '0.1.0', shell: 'headless', started_at: 1 }])
  insertRows(db, 'builders', [{ id: 1, name: 'a', ...names }])
  const local = { name: 'local', kind: 'local', tags: '[]', max_builds: 1, active: 1, info: '{}' }
  insertRows(db, 'slaves', [{ id: 1, ...local }])
  insertRows(db, 'sourcestamps', [{ id: 1, project: '', repository: '' }])
  const buildset = { reason: '', scheduler: '', sourcestamp_id: 1, submitted_at: 1 }
  insertRows(db, 'buildsets', [{ id: 1, ...buildset }])
  const request = { buildset_id: 1, builder_id: 1, priority: 0, submitted_at: 1 }
  insertRows(db, 'build_requests', [{ id: 1, ...request }])
  const of = { builder_id: 1, request_id: 1, slave_id: 1, run_id: 1 }
  const build = { ...of, started_at: 2, state_string: 'x' }
  insertRows(db, 'builds', [{ id: 1, number: 1, ...build }])

  migrate(db, 9)

  const environment: Environment = {
    facts: [{ group: 'tools', name: 'git', value: '2.39' }],
    leftOut: 0,
  }
  const ids = [1, 2].map(() => keepEnvironment(db, environment))
  insertRows(db, 'builds', [{ id: 2, number: 2, ...build, environment_id: ids[1]! }])
  expect([
    ids,
    readRows(db, 'environments').length,
    [1, 2].map(id => environmentOfBuild(db, id as BuildId)),
  ]).toEqual([[1, 1], 1, [undefined, environment]])
})
