import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startSyncToDisk } from '../../../main/master/db/sync-to-disk.ts'
import { later } from '../../helpers/cleanup.ts'
import { openTestDatabase } from '../../helpers/database.ts'
import { temporaryFolder } from '../../helpers/folders.ts'

test('syncing beside a connection loses neither its locks nor its data', async () => {
  const db = openTestDatabase()
  const errors: unknown[] = []
  const sync = startSyncToDisk([db.path], { onError: error => errors.push(error), periodMs: 0 })
  for (let i = 0; i < 50; i++) {
    db.run("INSERT INTO events (at, kind, subject, detail) VALUES (?, 'a', 'b', '')", i)
    sync.changed()
    await new Promise(setImmediate)
  }
  await sync.stop()
  expect([errors, db.get('SELECT count(*) AS n FROM events')!.n]).toEqual([[], 50])
})

test('a database without a write-ahead log has nothing to sync', async () => {
  const errors: unknown[] = []
  const path = join(temporaryFolder(), 'nothing.sqlite')
  const sync = startSyncToDisk([path], { onError: error => errors.push(error), periodMs: 0 })
  sync.changed()
  await sync.stop()
  expect(errors).toEqual([])
})

test('a trouble with the disk is told, and the next change is synced again', async () => {
  const folder = temporaryFolder()
  let told = Promise.withResolvers<unknown>()
  // A folder in the place of the log can't be opened for writing.
  mkdirSync(join(folder, 'history.sqlite-wal'))
  const sync = startSyncToDisk([join(folder, 'history.sqlite')], {
    onError: e => told.resolve(e),
    periodMs: 0,
  })
  later(sync.stop)
  sync.changed()
  await told.promise
  told = Promise.withResolvers()
  sync.changed()
  expect(((await told.promise) as NodeJS.ErrnoException).code).toBe('EISDIR')
})
