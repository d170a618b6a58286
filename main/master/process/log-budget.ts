import { formatSize } from '../config/size.ts'
import type { LogLimit } from '../logs/log-writing.ts'

// Of a log that is full the end is kept, too: it says most often what was wrong.
const TAIL_BYTES = 256 * 1024

/** What the logs of a step or of a build may still take of the disk. */
export interface LogBudget {
  /** Takes room for so many bytes; less than that where there is less. `undefined` when all of them have room. */
  take(byteCount: number): LogLimit | undefined
}

/**
 * @param limitBytes `null` for no limit.
 * @param usedBytes What was written before, by another run of the master or by other steps.
 * @param outer A budget that both have to fit in.
 */
export function createLogBudget(
  whose: 'step' | 'build',
  limitBytes: number | null,
  usedBytes: number,
  outer?: LogBudget,
): LogBudget {
  const tail = Math.min(TAIL_BYTES, Math.floor((limitBytes ?? Number.POSITIVE_INFINITY) / 4))
  let leftBytes = (limitBytes ?? Number.POSITIVE_INFINITY) - tail - usedBytes
  return {
    take(byteCount) {
      const own = Math.max(0, Math.min(byteCount, leftBytes))
      const limit = outer?.take(own)
      const keep = limit?.keep ?? own
      leftBytes -= keep
      if (limit) return limit
      if (keep === byteCount) return undefined
      return { keep, tail, why: `a ${whose} may keep ${formatSize(limitBytes!)} of log (maxLog)` }
    },
  }
}
