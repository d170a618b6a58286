import { expect, test } from 'vitest'
import type { Build, BuildId } from '../../../main/master/model.ts'
import { CANCELLED, FAILURE, type Result, SUCCESS } from '../../../main/master/results.ts'
import { redAround } from '../../../renderer/waterfall/blame.ts'
import { madeBoxes } from '../../../renderer/waterfall/boxes.ts'
import { type Box, type Column, redStretches } from '../../../renderer/waterfall/model.ts'

// Good, red for three builds of which one was stopped, repaired, and red again.
const RESULTS: readonly Result[] = [SUCCESS, FAILURE, CANCELLED, FAILURE, SUCCESS, SUCCESS, FAILURE]
const builds = RESULTS.map((results, i) => build(i + 1, results)).reverse()
const column = {
  boxes: madeBoxes(builds.map(one => ({ build: one }) as Box)),
  red: redStretches(builds, { y: () => 0 }, 100),
} as unknown as Column

test('a build is in the red stretch from the first failure to its repair, both included', () => {
  const around = builds.toReversed().map(({ id, number }) => {
    const stretch = redAround({ columns: [column] }, id)?.stretch
    return [number, stretch?.first.number ?? null, stretch?.repaired?.number ?? null]
  })
  expect(around).toEqual([
    [1, null, null],
    [2, 2, 5],
    [3, 2, 5],
    [4, 2, 5],
    [5, 2, 5],
    [6, null, null],
    [7, 7, null],
  ])
  expect(redAround({ columns: [column] }, 99 as BuildId)).toBeNull()
  expect(redAround({ columns: [column] }, null)).toBeNull()
})

function build(number: number, results: Result | null): Build {
  return {
    id: number as BuildId,
    number,
    startedAt: number * 10,
    completeAt: results === null ? null : number * 10 + 5,
    results,
  } as Build
}
