import { expect, test } from 'vitest'
import type { Build, BuildId } from '../../../renderer/bridge.ts'
import { buildsOf, buildsOfSlave, runningIn } from '../../../renderer/store/builds-of.ts'

function desk(...rows: [id: number, builder: number, number: number, slave: string, at: number][]) {
  return new Map(
    rows.map(([id, builderId, number, slave, startedAt]) => [
      id as BuildId,
      {
        id,
        builderId,
        number,
        slave,
        startedAt,
        completeAt: id === 3 ? null : startedAt + 1,
      } as Build,
    ]),
  )
}

const builds = desk([1, 7, 1, 'a', 10], [2, 8, 1, 'b', 20], [3, 7, 2, 'b', 30], [4, 8, 2, 'a', 25])
const idsOf = (list: readonly Build[]) => list.map(build => build.id)

test('builds are told by builder, by slave and by whether they run, the newest first', () => {
  expect(idsOf(buildsOf(builds, 7 as never))).toEqual([3, 1])
  expect(idsOf(buildsOfSlave(builds, 'b'))).toEqual([3, 2])
  expect(idsOf(buildsOfSlave(builds, 'nobody'))).toEqual([])
  expect(idsOf(runningIn(builds))).toEqual([3])
})

test('whoever asks again is given the very same, or a part of the window would render for ever', () => {
  expect(buildsOf(builds, 7 as never)).toBe(buildsOf(builds, 7 as never))
  expect(buildsOfSlave(builds, 'nobody')).toBe(buildsOfSlave(builds, 'nobody'))
  expect(runningIn(builds)).toBe(runningIn(builds))
})
