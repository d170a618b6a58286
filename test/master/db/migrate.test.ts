import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LATEST, MIGRATIONS, migrate } from '../../../main/master/db/migrate.ts'
import { LOG_MIGRATIONS } from '../../../main/master/logs/log-migrations.ts'
import { openTestDatabase, readTables } from '../../helpers/database.ts'

test('migrations count up from 1 without a gap', () => {
  expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, i) => i + 1))
})

test('every migration has a test of its own', () => {
  const folder = join(import.meta.dirname, 'migrations')
  const files = readdirSync(join(import.meta.dirname, '../../../main/master/db/migrations'))
  const untested = files.filter(
    name => !existsSync(join(folder, name.replace(/\.ts$/, '.test.ts'))),
  )
  expect(untested).toEqual([])
  expect(files).toHaveLength(MIGRATIONS.length)
})

test('a new file is brought to the latest version, and a second run changes nothing', () => {
  const db = openTestDatabase({ version: 0 })
  migrate(db)
  const first = readTables(db)
  migrate(db)
  expect([db.userVersion, readTables(db)]).toEqual([LATEST, first])
})

test.each([
  ['an older file at the version', 1, 'before it', [{ name: 'kept', strict: true }]],
  ['a new file as new', 0, '', []],
])('a migration that throws leaves %s (%i) %s', (_, from, __, tables) => {
  const db = openTestDatabase({ version: 0 })
  const steps = [
    { version: 1, up: () => db.exec('CREATE TABLE kept (a) STRICT'.replace('(a)', '(a INTEGER)')) },
    {
      version: 2,
      up() {
        db.exec('CREATE TABLE half_done (a INTEGER) STRICT')
        throw new Error('the disk is full')
      },
    },
    { version: 3, up: () => db.exec('CREATE TABLE never (a INTEGER) STRICT') },
  ]
  migrate(db, from, steps)
  expect(() => migrate(db, 3, steps)).toThrow('the disk is full')
  expect([db.userVersion, readTables(db)]).toEqual([from, tables])
})

test('only the migrations up to the wanted version run', () => {
  const db = openTestDatabase({ version: 0 })
  const ran: number[] = []
  const steps = [1, 2, 3].map(version => ({ version, up: () => void ran.push(version) }))
  migrate(db, 2, steps)
  expect([db.userVersion, ran]).toEqual([2, [1, 2]])
})

test.each([
  ['history.sqlite', MIGRATIONS],
  ['logs.sqlite', LOG_MIGRATIONS],
])('every table of %s is STRICT', (_, migrations) => {
  const db = openTestDatabase({ version: 0 })
  migrate(db, migrations.at(-1)!.version, migrations)
  expect(readTables(db).filter(table => !table.strict)).toEqual([])
  expect(readTables(db).length).toBeGreaterThan(1)
})
