import { expect, test } from 'vitest'
import { createRecentBuilds } from '../../main/bridge/recent-builds.ts'
import type { Build, BuilderId } from '../../main/master/model.ts'
import { createMq } from '../../main/master/mq/mq.ts'

test('what was read of a builder is kept until one of its builds changes', () => {
  const reads: number[] = []
  const data = {
    lastFinishedBuilds(builder: BuilderId) {
      reads.push(builder)
      return [{ id: reads.length, builderId: builder }] as unknown as Build[]
    },
  }
  const mq = createMq(error => {
    throw error
  })
  const recent = createRecentBuilds({ data, mq } as never)
  const newest = (id: number) => recent.of(id as BuilderId)[0]!.id
  expect([newest(1), newest(2), newest(1)]).toEqual([1, 2, 1])
  mq.publish('build/changed', { builderId: 1 } as unknown as Build)
  expect([newest(2), newest(1), reads]).toEqual([2, 3, [1, 2, 1]])
})
