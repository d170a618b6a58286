import { expect, test } from 'vitest'
import type { Build, PageAnswer } from '../../../renderer/bridge.ts'
import { NOTHING } from '../../../renderer/store/desk-state.ts'
import { assemble } from '../../../renderer/store/stretch.ts'

const build = (id: number) => ({ id, startedAt: id * 10 }) as Build
const page = (from: number, to: number) =>
  ({
    from,
    to,
    builds: [build(from / 10), build(to / 10 - 1)],
    steps: [],
    changes: [],
    events: [],
    last: false,
  }) as PageAnswer
const desk = (wholeFrom: number) => ({
  ...NOTHING,
  wholeFrom,
  builds: new Map([70, 71, 20].map(id => [build(id).id, build(id)])),
})

test('pages and what is live are one stretch, without the builds that are only there for heads', () => {
  const { from, to, builds } = assemble(
    { list: [page(500, 700), page(300, 500)], live: true, beginning: false },
    desk(700),
  )
  expect([from, to, builds.map(one => one.id)]).toEqual([300, null, [71, 70, 69, 50, 49, 30]])
})

test('where the desk has let go of builds that no page holds, the stretch ends before the gap', () => {
  const { from, to, builds } = assemble(
    { list: [page(300, 500)], live: true, beginning: false },
    desk(700),
  )
  expect([from, to, builds.map(one => one.id)]).toEqual([300, 500, [49, 30]])
})
