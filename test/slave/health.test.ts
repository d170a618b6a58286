import '../helpers/with-processes.ts'
import { expect, test } from 'vitest'
import { type Report, readReport } from '../../main/master/slaves/vitals.ts'
import { createHealth } from '../../slave/health.ts'
import type { Fields } from '../../slave/protocol/parse.ts'
import { later } from '../helpers/cleanup.ts'
import { temporaryFolder } from '../helpers/folders.ts'

// Reports as a master hears them, whose clock is `behindMs` behind this one.
function listening(behindMs: number, environment: Record<string, string> = { PATH: '' }) {
  const ended = Promise.withResolvers<void>()
  later(() => ended.resolve())
  const reports: Fields[] = []
  let wake = () => {}
  const health = createHealth({ basedir: temporaryFolder('slave'), environment, everyMs: 20 })
  health.attach(async (op, fields) => {
    reports.push({ op, ...fields })
    wake()
    return { at: Date.now() - behindMs }
  }, ended.promise)
  return {
    health,
    reports,
    end: ended.resolve,
    async until(wanted: (reports: readonly Fields[]) => boolean) {
      while (!wanted(reports))
        await new Promise<void>(resolve => {
          wake = resolve
        })
    },
  }
}

test('a slave reports at once how its machine fares, then how its clock stands', async () => {
  const { reports, until, end } = listening(90_000)
  await until(list => list.length >= 2)
  end()
  const [first, second] = reports.map(fields => readReport(fields, 7)) as [Report, Report]
  expect([reports[0]!.op, first.clock, first.vitals]).toEqual([
    'vitals',
    undefined,
    {
      at: 7,
      load: expect.any(Number),
      cpuPercent: null,
      memoryUsedBytes: expect.any(Number),
      memoryTotalBytes: expect.any(Number),
      diskFreeBytes: expect.any(Number),
    },
  ])
  expect(Math.abs(second.clock!.offsetMs - 90_000)).toBeLessThan(second.clock!.tripMs + 5)
  expect(second.vitals.cpuPercent).toBeGreaterThanOrEqual(0)
})

test('what it found is told once, and is known at once to the next master', async () => {
  const { execPath } = process
  const { health, reports, until, end } = listening(0, { PATH: execPath.replace(/[^/\\]+$/, '') })
  const before = health.facts()
  await until(list => list.some(({ tools }) => tools !== undefined))
  const count = reports.length
  await until(list => list.length > count + 1)
  end()
  const told = reports.flatMap(fields => {
    const { tools } = readReport(fields, 0)
    return tools ? [tools] : []
  })
  expect([before, told, health.facts()]).toEqual([{}, [told[0]], { tools: told[0] }])
  expect(told[0]!.node).toBe(process.versions.node)
})

test.each<[string, Fields]>([
  ['load must be a number, not string', { load: 'high' }],
  ['clock must be a map, not number', { clock: 7 }],
  ['clock.round_trip_ms must be a number, not undefined', { clock: { offset_ms: 1 } }],
  ['tools.node must be a text, not number', { tools: { node: 24 } }],
  ['tools must be a map, not a list', { tools: ['node'] }],
])('a report is refused: %s', (why, fields) => {
  expect(() => readReport(fields, 0)).toThrow(why)
})

test('a report of a machine that tells little is taken', () => {
  const nothing = readReport({ more: 'than we know' }, 1)
  expect([nothing.clock, nothing.tools, nothing.vitals.load]).toEqual([undefined, undefined, null])
})
