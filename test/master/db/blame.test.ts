import { join } from 'node:path'
import { expect, test } from 'vitest'
import { authorsOfBuilds } from '../../../main/master/db/authors.ts'
import { blame } from '../../../main/master/db/blame.ts'
import { openHistory } from '../../../main/master/db/history.ts'
import type { BuildId } from '../../../main/master/model.ts'
import { makeHistory } from '../../bench/history.ts'
import { later } from '../../helpers/cleanup.ts'
import { temporaryFolder } from '../../helpers/folders.ts'

test('a build is blamed for its changes and for those of the requests that its own took over', () => {
  const folder = temporaryFolder('blame')
  makeHistory(folder, 6, 2)
  const db = openHistory(join(folder, 'history.sqlite'))
  later(() => db.close())
  // 1 was taken over by 3, and 3 by 5; 6 was forced.
  db.exec(`
    UPDATE build_requests SET collapsed_into = id + 2 WHERE id IN (1, 3);
    DELETE FROM buildset_changes WHERE buildset_id = 6;
  `)
  const counted = blame(db, [2, 5, 6, 99] as BuildId[])
  expect(counted).toEqual([
    { buildId: 2, changes: 1 },
    { buildId: 5, changes: 3 },
  ])
  expect(blame(db, [])).toEqual([])
  db.exec("UPDATE changes SET who = 'Ben <ben@example.org>' WHERE id = 3")
  expect(authorsOfBuilds(db, [2, 5, 6, 99] as BuildId[])).toEqual([
    { buildId: 2, who: 'Ann <ann@example.org>' },
    { buildId: 5, who: 'Ann <ann@example.org>' },
    { buildId: 5, who: 'Ben <ben@example.org>' },
  ])
})
