import type { VitalsPart } from '../bridge.ts'

/** How a slave's machine fared over a stretch of time, in a few numbers; `null` is what is not known. */
export interface MachineSum {
  /** Of the processor, from 0 to 1. */
  readonly mean: number | null
  readonly most: number | null
  /** Of the memory, at the most. */
  readonly memory: number | null
  /** Bytes of disk, at the least. */
  readonly diskFree: number | null
}

export function machineSum(points: readonly VitalsPart[]): MachineSum {
  const told = points.filter(one => one.cpuPercent !== null)
  const reports = told.reduce((sum, one) => sum + one.reports, 0)
  const percents = told.reduce((sum, one) => sum + one.cpuPercent! * one.reports, 0)
  const memory = points.flatMap(one =>
    one.memoryUsedBytes === null || !one.memoryTotalBytes
      ? []
      : [one.memoryUsedBytes / one.memoryTotalBytes],
  )
  const free = points.flatMap(one => one.diskFreeBytes ?? [])
  const peaks = told.flatMap(one => one.cpuMost ?? [])
  return {
    mean: reports > 0 ? percents / reports / 100 : null,
    most: peaks.length > 0 ? Math.max(...peaks) / 100 : null,
    memory: memory.length > 0 ? Math.max(...memory) : null,
    diskFree: free.length > 0 ? Math.min(...free) : null,
  }
}

/**
 * The processor over time as a path, in a box that is `width` wide and 1 high. Where nothing is known
 * the line is broken.
 *
 * @param parts How many parts the stretch has.
 */
export function machinePath(points: readonly VitalsPart[], parts: number, width: number): string {
  let path = ''
  let before = Number.NEGATIVE_INFINITY
  for (const { part, cpuPercent } of points) {
    if (cpuPercent === null) continue
    const x = round(((part + 0.5) / parts) * width)
    const y = round(1 - Math.min(100, Math.max(0, cpuPercent)) / 100)
    path += part === before + 1 ? `L${x} ${y}` : `M${x} ${y}h0`
    before = part
  }
  return path
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
