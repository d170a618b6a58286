import { expect, test } from 'vitest'
import { authorsOfBuilds } from '../../../main/master/db/authors.ts'
import { blame } from '../../../main/master/db/blame.ts'
import { CANCELLED, FAILURE, type Result, SUCCESS } from '../../../main/master/results.ts'
import { testData } from '../../helpers/data.ts'

test('the build that turned a builder red is blamed for all changes since the last good one, and no other build', () => {
  const desk = testData()
  const linux = desk.builder('linux')
  const ended = (results: Result, ...who: string[]) => {
    const changes = who.map(one => desk.change({ who: one, comments: `by ${one}` }).id)
    return desk.build(desk.request(linux, { changes, collapse: false }), results).id
  }
  const never = ended(FAILURE, 'Ada')
  const good = ended(SUCCESS, 'Ada')
  const first = ended(FAILURE, 'Mira')
  const still = ended(FAILURE, 'Ada')
  ended(SUCCESS, 'Ada')
  ended(CANCELLED, 'Ada')
  const two = ended(FAILURE, 'Mira')

  expect(blame(desk.db, [never, good, first, still, two])).toEqual([
    { buildId: first, changes: 1, subject: 'by Mira', who: 'Mira' },
    { buildId: two, changes: 2, subject: null, who: null },
  ])
  expect(blame(desk.db, [])).toEqual([])
})

test('a build is told with the authors of its changes and of the requests that its own took over', () => {
  const desk = testData()
  const linux = desk.builder('linux')
  desk.request(linux, { changes: [desk.change({ who: 'Ben' }).id] })
  const { id } = desk.build(desk.request(linux, { changes: [desk.change({ who: 'Ada' }).id] }))

  expect(authorsOfBuilds(desk.db, [id])).toEqual([
    { buildId: id, who: 'Ada' },
    { buildId: id, who: 'Ben' },
  ])
})
