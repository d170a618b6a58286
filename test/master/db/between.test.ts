import { expect, test } from 'vitest'
import { changesBetween } from '../../../main/master/db/between.ts'
import type { BuildId, Change } from '../../../main/master/model.ts'
import { testData } from '../../helpers/data.ts'

function desk() {
  const made = testData()
  const { db } = made
  const linux = made.builder('linux')
  const build = (change: Change | null, revision = change?.revision ?? null) => {
    const changes = change ? [change.id] : []
    const branch = change?.branch ?? 'main'
    const id = made.request(linux, { changes, revision, branch, collapse: false })
    return made.build(id).id
  }
  return { ...made, build, between: (a: BuildId, b: BuildId) => changesBetween(db, { a, b }) }
}

test('what lies between two builds of a branch is told in either direction, without other branches', () => {
  const { change, build, between } = desk()
  const first = change()
  change({ branch: 'side' })
  const [second, third] = [change(), change()]
  const [before, after] = [build(first), build(third)]

  const told = [between(after, before), between(before, after)].map(
    answer => answer && 'changes' in answer && [answer.kind, answer.changes.map(one => one.id)],
  )
  expect(told).toEqual([
    ['added', [third.id, second.id]],
    ['removed', [third.id, second.id]],
  ])
})

test('a build that was forced stands where its revision does', () => {
  const { change, build, between } = desk()
  const [first, second] = [change(), change()]
  const [old, forced, again] = [build(first), build(null, second.revision), build(second)]

  expect([between(forced, old), between(again, forced)]).toMatchObject([
    { kind: 'added', changes: [{ id: second.id }] },
    { kind: 'same' },
  ])
})

test('builds of other branches or unknown revisions are apart, and one that is not there has no answer', () => {
  const { change, build, between } = desk()
  const main = build(change())
  const [side, unknown] = [build(change({ branch: 'side' })), build(null, 'elsewhere')]

  expect([between(side, main), between(unknown, main), between(main, 99 as BuildId)]).toEqual([
    { kind: 'apart' },
    { kind: 'apart' },
    null,
  ])
})
