import { expect, test } from 'vitest'
import { migrate } from '../../../../main/master/db/migrate.ts'
import { insertRows, openTestDatabase, readRows } from '../../../helpers/database.ts'

const [WITH, OTHER] = ['https://ada:pw@example.org/calc', 'https://ada:old@example.org/calc']
const MASKED = 'https://ada@example.org/calc'

test('011 takes passwords out of addresses, and what was built of one repository stays of one', () => {
  const db = openTestDatabase({ version: 10 })
  insertRows(db, 'projects', [
    { id: 1, name: 'calc', repository: WITH, branches: '[]', active: 1 },
    { id: 2, name: 'mail', repository: 'git@example.org:calc', branches: '[]', active: 1 },
  ])
  const change = { branch: 'main', who: 'ada', files: '[]', at: 1, received_at: 1 }
  insertRows(db, 'changes', [
    { id: 1, project: 'calc', repository: WITH, revision: 'a', comments: WITH, ...change },
  ])
  insertRows(db, 'sourcestamps', [
    { id: 1, project: 'calc', repository: WITH, branch: 'main', revision: null },
    { id: 2, project: 'calc', repository: OTHER, branch: 'main', revision: null },
    { id: 3, project: 'calc', repository: OTHER, branch: 'main', revision: 'a' },
  ])
  const buildset = { reason: '', scheduler: 's', submitted_at: 1 }
  insertRows(db, 'buildsets', [
    { id: 1, sourcestamp_id: 1, ...buildset },
    { id: 2, sourcestamp_id: 2, ...buildset },
    { id: 3, sourcestamp_id: 3, ...buildset },
  ])
  const property = { name: 'repository', value: JSON.stringify(WITH), source: 'Build' }
  insertRows(db, 'buildset_properties', [{ buildset_id: 1, ...property }])
  const detail = `it is away: unable to access '${WITH}'`
  insertRows(db, 'events', [{ id: 1, at: 1, kind: 'source', subject: 'calc', detail }])

  migrate(db, 11)

  expect({
    projects: readRows(db, 'projects').map(row => row.repository),
    // What somebody wrote into a commit is what it was.
    change: readRows(db, 'changes').map(row => [row.repository, row.comments]),
    stamps: readRows(db, 'sourcestamps').map(row => row.repository),
    ofBuildsets: readRows(db, 'buildsets').map(row => row.sourcestamp_id),
    property: readRows(db, 'buildset_properties').map(row => row.value),
    events: readRows(db, 'events').map(row => row.detail),
  }).toEqual({
    projects: [MASKED, 'git@example.org:calc'],
    change: [[MASKED, WITH]],
    stamps: [MASKED, `${MASKED}#sourcestamp-2`, MASKED],
    ofBuildsets: [1, 1, 3],
    property: [JSON.stringify(MASKED)],
    events: [`it is away: unable to access '${MASKED}'`],
  })
})
