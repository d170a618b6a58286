import { expect, test } from 'vitest'
import type { VitalsPart } from '../../../renderer/bridge.ts'
import { machinePath, machineSum } from '../../../renderer/slaves/machine-line.ts'

const part = (
  at: number,
  cpuPercent: number | null,
  more: Partial<VitalsPart> = {},
): VitalsPart => ({
  ...{ slave: 'a', part: at, reports: 1, load: null, cpuPercent, cpuMost: cpuPercent },
  ...{ memoryUsedBytes: null, memoryTotalBytes: null, diskFreeBytes: null },
  ...more,
})

test('the line is broken where nothing is known', () => {
  const points = [part(0, 0), part(1, 50), part(2, null), part(3, 250)]
  expect(machinePath(points, 4, 8)).toBe('M1 1h0L3 0.5M7 0h0')
})

test('the sum weighs parts by how much is known of them', () => {
  const points = [
    part(0, 10, { reports: 3, memoryUsedBytes: 4, memoryTotalBytes: 8, diskFreeBytes: 9 }),
    part(1, 50, { cpuMost: 90, memoryUsedBytes: 2, memoryTotalBytes: 8, diskFreeBytes: 7 }),
  ]
  expect([machineSum(points), machineSum([])]).toEqual([
    { mean: 0.2, most: 0.9, memory: 0.5, diskFree: 7 },
    { mean: null, most: null, memory: null, diskFree: null },
  ])
})
