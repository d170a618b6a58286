import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../main/master/db/database.ts'
import { later } from '../../helpers/cleanup.ts'
import { openTestDatabase, readRows } from '../../helpers/database.ts'
import { temporaryFolder } from '../../helpers/folders.ts'

const insert = 'INSERT INTO scheduler_state (scheduler, key, value) VALUES (?, ?, ?)'

test('a transaction that throws leaves nothing behind', () => {
  const db = openTestDatabase()
  expect(() =>
    db.transaction(() => {
      db.run(insert, 'a', 'b', 'c')
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(readRows(db, 'scheduler_state')).toEqual([])
})

test('a transaction inside another one is part of it', () => {
  const db = openTestDatabase()
  expect(() =>
    db.transaction(() => {
      db.transaction(() => db.run(insert, 'a', 'inner', 'c'))
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(readRows(db, 'scheduler_state')).toEqual([])
})

test('a second connection reads what is committed while the first is in a transaction', () => {
  const db = openTestDatabase()
  const other = openDatabase(db.path, { readOnly: true })
  later(() => other.close())
  db.run(insert, 'a', 'first', '1')
  const seen = db.transaction(() => {
    db.run(insert, 'a', 'second', '2')
    return readRows(other, 'scheduler_state').map(row => row.key)
  })
  expect(seen).toEqual(['first'])
})

test('a database and the files beside it are for this user alone', () => {
  const path = join(temporaryFolder(), 'a.sqlite')
  const db = openDatabase(path)
  later(() => db.close())
  db.exec('CREATE TABLE t (a INTEGER) STRICT')
  const modes = ['', '-wal', '-shm'].map(end => (statSync(path + end).mode & 0o777).toString(8))
  expect(modes).toEqual(['600', '600', '600'])
})

test('what the promises rest on is switched on', () => {
  const db = openTestDatabase()
  const pragmas = ['journal_mode', 'synchronous', 'foreign_keys'].map(
    name => Object.values(db.get(`PRAGMA ${name}`)!)[0],
  )
  expect(pragmas).toEqual(['wal', 1, 1])
})
