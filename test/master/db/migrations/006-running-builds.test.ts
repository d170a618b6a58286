import { expect, test } from 'vitest'
import { migrate } from '../../../../main/master/db/migrate.ts'
import {
  insertRunningBuild,
  listRunningBuilds,
  setBuildEnding,
  setStepLocks,
} from '../../../../main/master/db/running-builds.ts'
import type { BuildId } from '../../../../main/master/model.ts'
import { CANCELLED } from '../../../../main/master/results.ts'
import { insertRows, openTestDatabase, readRows } from '../../../helpers/database.ts'

test('006 remembers what running builds need to be gone on with, and knows nothing of older ones', () => {
  const db = openTestDatabase({ version: 5 })
  insertRows(db, 'runs', [{ id: 1, version: '0.1.0', shell: 'headless', started_at: 1 }])
  insertRows(db, 'builders', [
    {
      id: 1,
      name: 'a',
      project: '',
      description: '',
      tags: '[]',
      slaves: '[]',
      active: 1,
      position: 0,
    },
  ])
  insertRows(db, 'slaves', [
    { id: 1, name: 'local', kind: 'local', tags: '[]', max_builds: 1, active: 1, info: '{}' },
  ])
  insertRows(db, 'sourcestamps', [{ id: 1, project: '', repository: '' }])
  insertRows(db, 'buildsets', [
    { id: 1, reason: '', scheduler: '', sourcestamp_id: 1, submitted_at: 1 },
  ])
  insertRows(db, 'build_requests', [
    { id: 1, buildset_id: 1, builder_id: 1, priority: 0, submitted_at: 1 },
  ])
  const build = {
    builder_id: 1,
    request_id: 1,
    slave_id: 1,
    run_id: 1,
    started_at: 2,
    state_string: 'x',
  }
  insertRows(db, 'builds', [
    { id: 1, number: 1, ...build },
    { id: 2, number: 2, ...build },
  ])

  migrate(db, 6)

  const buildId = 2 as BuildId
  const running = { buildId, marker: 'm', slaveRun: 'r' }
  insertRunningBuild(db, { ...running, builderJson: '{"name":"a"}' })
  setStepLocks(db, buildId, ['gpu'])
  setBuildEnding(db, buildId, { results: CANCELLED, why: 'enough' })
  expect([listRunningBuilds(db), readRows(db, 'builds').map(one => one.complete_at)]).toEqual([
    [
      {
        ...running,
        builder: { name: 'a' },
        stepLocks: ['gpu'],
        ending: { results: CANCELLED, why: 'enough' },
      },
    ],
    [null, null],
  ])
})
