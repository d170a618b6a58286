import { expect, test } from 'vitest'
import { insideOf } from '../../../main/master/db/inside.ts'
import type { Builder, BuildId } from '../../../main/master/model.ts'
import { FAILURE, type Result, SKIPPED, SUCCESS } from '../../../main/master/results.ts'
import { testData } from '../../helpers/data.ts'

test('what is usual is the median of the good builds before, and beside stands what was asked for together', () => {
  const desk = testData()
  const { data, clock } = desk
  const [linux, mac] = [desk.builder('linux'), desk.builder('mac')]
  const slave = data.slave('local')!.id
  const asked = (builders: readonly Builder[]) =>
    data.addBuildset({
      reason: 'a test',
      scheduler: 's',
      sourcestamp: { project: 'calc', repository: '/r', branch: 'main', revision: null },
      changes: [],
      properties: {},
      priority: 0,
      builders: builders.map(({ id }) => ({ id, collapse: false })),
    }).requests
  const run = (ms: number, results: Result): BuildId => {
    const requests = asked([linux, mac])
    clock.advance(500)
    const [build] = requests.map(one => data.startBuild(one.id, slave, {})!)
    const step = { buildId: build!.id, number: 0, name: 'test', kind: 'test' } as const
    const { id } = data.startStep({ ...step, stateString: '', hidden: false })
    clock.advance(ms)
    data.finishStep(id, results, '')
    // What was not run took no time, and is not usual for that.
    const other = data.startStep({
      ...step,
      number: 1,
      name: 'ship',
      stateString: '',
      hidden: false,
    })
    data.finishStep(other.id, SKIPPED, '')
    data.finishBuild(build!.id, results, '')
    return build!.id
  }
  for (const ms of [1000, 9000, 3000]) run(ms, SUCCESS)
  run(70_000, FAILURE)
  const last = run(5000, SUCCESS)

  const build = data.build(last)!
  expect(insideOf(desk.db, last)).toMatchObject({
    submittedAt: build.startedAt - 500,
    beside: [{ builderId: mac.id, number: 5 }],
    usual: [{ step: 'test', medianMs: 3000 }],
  })
  expect(insideOf(desk.db, 999 as BuildId)).toBeNull()
})
