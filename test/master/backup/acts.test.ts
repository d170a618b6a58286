import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { actsByItself } from '../../../main/master/backup/acts.ts'

test.each([
  ['a trigger "x"', 'CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM t; END'],
  ['a view "x"', 'CREATE VIEW x AS SELECT * FROM t'],
  ['a table "x" with ON CONFLICT', 'CREATE TABLE x (a UNIQUE ON  CONFLICT REPLACE)'],
  ['a table "x" with ON DELETE', 'CREATE TABLE x (a REFERENCES t on delete cascade)'],
  ['a table "x" with CHECK', 'CREATE TABLE x (a CHECK (a > 1))'],
  ['a table "x" with AS', 'CREATE TABLE x (a, b AS (a + 1))'],
  ['a virtual table "x"', 'CREATE VIRTUAL TABLE x USING fts5(a)'],
  [null, 'CREATE TABLE x (a INTEGER NOT NULL REFERENCES t, UNIQUE (a)) STRICT'],
  [null, 'CREATE INDEX x ON t (a)'],
])("in a stranger's database %s is found to act by itself", (found, sql) => {
  const db = new DatabaseSync(':memory:')
  db.exec(`CREATE TABLE t (a); ${sql}`)
  expect(actsByItself(db)).toBe(found)
  db.close()
})
