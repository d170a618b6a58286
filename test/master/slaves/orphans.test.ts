import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createOrphans } from '../../../main/master/slaves/orphans.ts'
import { temporaryFolder } from '../../helpers/folders.ts'

const never = (reason: string) => {
  throw new Error(reason)
}

test('what runs is known to the next run of the master, and what ended is not', () => {
  const file = join(temporaryFolder(), 'w0', 'running.json')
  const first = createOrphans(file, [], never)
  for (const id of ['a', 'b', 'c']) first.began(id)
  first.ended('b')
  first.ended('never begun')
  expect([[...createOrphans(file, [], never).ids], statSync(file).mode & 0o777]).toEqual([
    ['a', 'c'],
    0o600,
  ])
})

test.each(['', '{', '5', '{"a":1}'])('a file that holds %j says nothing', text => {
  const file = join(temporaryFolder(), 'running.json')
  writeFileSync(file, text)
  expect([...createOrphans(file, [], never).ids]).toEqual([])
})

test('a disk that takes nothing does not stop a build', () => {
  const file = join(temporaryFolder(), 'running.json')
  mkdirSync(file)
  const troubles: string[] = []
  const orphans = createOrphans(file, [], reason => troubles.push(reason))
  orphans.began('a')
  expect([[...orphans.ids], troubles]).toEqual([
    ['a'],
    [expect.stringMatching(/^what runs could not be noted: E/)],
  ])
})

test('without a file they are kept for this run', () => {
  const orphans = createOrphans(undefined, ['before'], never)
  orphans.began('a')
  expect([...orphans.ids]).toEqual(['before', 'a'])
})
