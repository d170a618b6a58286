import { expect, test } from 'vitest'
import { redBuilders } from '../../../main/master/db/red.ts'
import type { Builder } from '../../../main/master/model.ts'
import {
  CANCELLED,
  EXCEPTION,
  FAILURE,
  RETRY,
  type Result,
  SUCCESS,
} from '../../../main/master/results.ts'
import { testData } from '../../helpers/data.ts'

test('a builder is red since the first bad build after a good one, with all changes since that one', () => {
  const desk = testData()
  const ended = (builder: Builder, results: readonly Result[]) =>
    results.map(result => {
      desk.clock.advance(1000)
      const change = desk.change()
      const id = desk.request(builder, { changes: [change.id], collapse: false })
      return { ...desk.build(id, result), change }
    })
  const [red, never, green] = ['red', 'never good', 'green'].map(name => desk.builder(name))
  const old = ended(never!, [CANCELLED, FAILURE])
  const list = ended(red!, [FAILURE, SUCCESS, CANCELLED, FAILURE, CANCELLED, EXCEPTION, RETRY])
  ended(green!, [FAILURE, SUCCESS, CANCELLED])

  expect(
    redBuilders(desk.db).map(one => [
      one.builderId,
      one.first.id,
      one.last.id,
      one.count,
      one.lastGood?.id ?? null,
      one.blame.map(change => change.id),
    ]),
  ).toEqual([
    [
      red!.id,
      list[3]!.id,
      list[5]!.id,
      2,
      list[1]!.id,
      // The stopped build held one of them.
      [list[3]!.change.id, list[2]!.change.id],
    ],
    [never!.id, old[1]!.id, old[1]!.id, 1, null, []],
  ])
})
