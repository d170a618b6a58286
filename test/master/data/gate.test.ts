import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { createGate, HistoryLockedError, pastLock } from '../../../main/master/data/gate.ts'
import { openDatabase } from '../../../main/master/db/database.ts'
import { later } from '../../helpers/cleanup.ts'
import { temporaryFolder } from '../../helpers/folders.ts'

/** A database with a gate before it, and another program that can hold its lock. */
function gated() {
  const path = join(temporaryFolder(), 'test.sqlite')
  const db = openDatabase(path, { busyMs: 1 })
  db.exec('CREATE TABLE rows (n INTEGER)')
  const other = new DatabaseSync(path)
  const told: string[] = []
  const gate = createGate({
    db,
    onLocked: forMs => told.push(forMs === undefined ? 'locked' : 'free'),
    onTrouble: reason => told.push(reason),
  })
  later(() => {
    gate.stop()
    other.close()
    db.close()
  })
  return {
    ...gate,
    db,
    told,
    lock: () => other.exec('BEGIN IMMEDIATE'),
    unlock: () => other.exec('ROLLBACK'),
    write: (n: number) => gate.transaction(() => db.run('INSERT INTO rows VALUES (?)', n).id),
    rows: () => db.all<{ n: number }>('SELECT n FROM rows ORDER BY rowid').map(({ n }) => n),
  }
}

test('while another program holds the lock a write fails at once, and what waits is stored in order', async () => {
  const { lock, unlock, write, rows, told, ...gate } = gated()
  lock()
  expect(() => write(1)).toThrow(HistoryLockedError)
  gate.eventually(() => void write(2))
  const patient = gate.patiently(() => write(3))
  gate.eventually(() => void write(4))
  const person = pastLock(() => write(5))
  const free = new Promise<void>(resolve => gate.onFree(resolve))
  const before = rows()
  unlock()
  await Promise.all([free, patient, person, gate.writable()])
  write(6)
  expect([before, rows(), told.filter(one => one === 'locked' || one === 'free')]).toEqual([
    [],
    [2, 3, 4, 5, 6],
    ['locked', 'free'],
  ])
})

test('a fault that is none of the storage is the fault of whoever asked, and holds up nobody', async () => {
  const { write, rows, told, ...gate } = gated()
  const broken = gate.patiently(() => {
    throw new Error('broken')
  })
  gate.eventually(() => {
    throw new Error('told')
  })
  gate.eventually(() => void write(1))
  await expect(broken).rejects.toThrow('broken')
  expect([told, rows()]).toEqual([['told'], [1]])
})

test('what can not be stored for other reasons is tried again, before what came later', async () => {
  const { db, write, rows, ...gate } = gated()
  let full = true
  gate.eventually(() => {
    if (full) throw Object.assign(new Error('database or disk is full'), { errcode: 13 })
    write(1)
  })
  const second = gate.patiently(() => write(2))
  full = false
  await second
  expect(rows()).toEqual([1, 2])
})
