import { expect, test } from 'vitest'
import { listBuilders, saveBuilder } from '../../../../main/master/db/builders.ts'
import { migrate } from '../../../../main/master/db/migrate.ts'
import { openTestDatabase } from '../../../helpers/database.ts'

test('008 keeps the builders, which build here, and takes such as build elsewhere', () => {
  const db = openTestDatabase({ version: 7 })
  db.run(
    `INSERT INTO builders (name, project, description, tags, slaves, active, position)
     VALUES ('own', 'calc', '', '[]', '["local"]', 1, 0)`,
  )

  migrate(db, 8)

  const url = 'https://example.org/actions'
  const facts = { project: '', description: '', tags: [], slaves: [], position: 1, monitor: url }
  saveBuilder(db, { ...facts, name: 'ci' })
  expect(listBuilders(db).map(({ name, monitor }) => [name, monitor])).toEqual([
    ['own', null],
    ['ci', url],
  ])
})
