import { expect, test } from 'vitest'
import { keptVitals } from '../../../main/master/data/kept-vitals.ts'
import { KEPT_MS, POINT_MS, vitalsByPart } from '../../../main/master/db/vitals.ts'
import type { SlaveVitals } from '../../../main/master/model.ts'
import { insertRows, openTestDatabase, readRows } from '../../helpers/database.ts'

function openKeeper() {
  const db = openTestDatabase()
  const facts = { kind: 'local', tags: '[]', max_builds: 1, active: 1, info: '{}' }
  insertRows(db, 'slaves', [
    { id: 1, name: 'a', ...facts },
    { id: 2, name: 'b', ...facts },
  ])
  let commits = 0
  const update = <T>(work: (announce: () => void) => T): T => {
    commits++
    return db.transaction(() => work(() => {}))
  }
  const open = () => keptVitals(db, update)
  return { db, open, commits: () => commits }
}

const told = (at: number, cpuPercent: number | null, more: Partial<SlaveVitals> = {}) => ({
  at,
  cpuPercent,
  ...{ load: null, memoryUsedBytes: null, memoryTotalBytes: null, diskFreeBytes: null },
  ...more,
})

test('reports of five minutes are one point, written with the first one after them, for all slaves at once', () => {
  const { db, open, commits } = openKeeper()
  const kept = open()
  const reports = Array.from({ length: 20 }, (_, i) => i * 15_000)
  for (const at of reports) {
    kept.add('a', told(at, at === 0 ? 100 : 50, { diskFreeBytes: 1000 - at / 15_000 }))
    kept.add('b', told(at + 1, null, { load: 2 }))
  }
  expect([commits(), readRows(db, 'slave_vitals')]).toEqual([0, []])
  kept.add('b', told(POINT_MS, 1))
  expect([commits(), vitalsByPart(db, { from: 0, to: POINT_MS, parts: 1 })]).toMatchObject([
    1,
    [
      { slave: 'a', reports: 20, cpuPercent: 52.5, cpuMost: 100, diskFreeBytes: 981, load: null },
      { slave: 'b', reports: 20, cpuPercent: null, cpuMost: null, load: 2 },
    ],
  ])
})

test('the next master adds to the point in the middle of which it began', () => {
  const { db, open } = openKeeper()
  const first = open()
  first.add('a', told(10, 10, { memoryUsedBytes: 5, memoryTotalBytes: 8 }))
  first.flush()
  const second = open()
  second.add('a', told(20, 40))
  second.add('a', told(30, 40, { load: 1 }))
  second.flush()
  expect(vitalsByPart(db, { from: 0, to: POINT_MS, parts: 1 })).toMatchObject([
    { reports: 3, cpuPercent: 30, cpuMost: 40, memoryUsedBytes: 5, memoryTotalBytes: 8, load: 1 },
  ])
})

test('what is older than a month goes, and what can not be written is not held', () => {
  const { db, open } = openKeeper()
  const kept = open()
  kept.add('a', told(0, 10))
  kept.flush()
  kept.add('a', told(KEPT_MS + POINT_MS, 20))
  kept.flush()
  expect(readRows(db, 'slave_vitals').map(row => row.at)).toEqual([KEPT_MS + POINT_MS])

  let broken = true
  const careful = keptVitals(db, work => {
    if (broken) throw new Error('the disk is full')
    return db.transaction(() => work(() => {}))
  })
  const later = 2 * KEPT_MS
  careful.add('a', told(later, 30))
  expect(() => careful.add('a', told(later + POINT_MS, 40))).toThrow('the disk is full')
  broken = false
  careful.flush()
  expect(vitalsByPart(db, { from: later, to: later + 2 * POINT_MS, parts: 2 })).toMatchObject([
    { part: 1, cpuPercent: 40 },
  ])
})

test('numbers of a slave that no machine can have are bounded, so that the others are kept with them', () => {
  const { db, open } = openKeeper()
  const kept = open()
  for (const diskFreeBytes of [-1e300, 1e300])
    kept.add('a', told(0, 1e308, { diskFreeBytes, memoryUsedBytes: 1e300 }))
  kept.add('b', told(0, 7))
  kept.flush()
  expect(vitalsByPart(db, { from: 0, to: POINT_MS, parts: 1 })).toMatchObject([
    { slave: 'a', diskFreeBytes: -Number.MAX_SAFE_INTEGER },
    { slave: 'b', cpuPercent: 7 },
  ])
})
