import { expect, test } from 'vitest'
import { createRoomWatch, describeShortage, wordsOfFullDisk } from '../../main/master/room.ts'

const disk = (blocks: number, bavail: number) => () => ({ blocks, bavail, bsize: 1000 })

test.each([
  ['a large disk with room', 1e9, 300_000, false],
  ['a large disk without', 1e9, 199_999, true],
  ['a small disk with room', 100_000, 5000, false],
  ['a small disk without', 100_000, 4999, true],
])('%s', (_, blocks, free, short) => {
  expect(createRoomWatch('/x', disk(blocks, free))().short).toBe(short)
})

test('a file system that does not tell is taken to have room', () => {
  const watch = createRoomWatch('/x', () => {
    throw new Error('ENOSYS')
  })
  expect(watch().short).toBe(false)
})

test('a full disk is told with its figures, and known by the errors of SQLite and of the system', () => {
  const words = describeShortage(createRoomWatch('/x', disk(1e9, 80_000))())
  expect(words).toMatch(
    /^the disk of the master is full: 80 MB are free, and no build begins below 200 MB/,
  )
  const errors = [
    new Error('database or disk is full'),
    Object.assign(new Error('write'), { code: 'ENOSPC' }),
  ]
  for (const error of errors)
    expect(wordsOfFullDisk(error)).toMatch(/^the disk of the master is full/)
  expect(wordsOfFullDisk(new Error('no such table'))).toBeUndefined()
})
