import {
  CANCELLED,
  EXCEPTION,
  FAILURE,
  RETRY,
  type Result,
  SKIPPED,
  SUCCESS,
  WARNINGS,
} from '../results.ts'

/** How a build or step stands: its result, or what it does instead of having one. */
export type Look =
  | 'success'
  | 'warnings'
  | 'failure'
  | 'exception'
  | 'running'
  | 'skipped'
  | 'cancelled'
  | 'retry'
  | 'queued'
  | 'unknown'
  | 'none'

/** What a result looks like. A missing case does not compile. */
export const LOOKS: Record<Result, Look> = {
  [SUCCESS]: 'success',
  [WARNINGS]: 'warnings',
  [FAILURE]: 'failure',
  [SKIPPED]: 'skipped',
  [EXCEPTION]: 'exception',
  [RETRY]: 'retry',
  [CANCELLED]: 'cancelled',
}

export const LOOK_WORDS: Record<Look, string> = {
  success: 'succeeded',
  warnings: 'passed with warnings',
  failure: 'failed',
  exception: 'broke',
  running: 'running',
  skipped: 'skipped',
  cancelled: 'stopped',
  retry: 'cut short, built again',
  queued: 'waiting',
  unknown: 'ended in a way that this version does not know',
  none: 'not built yet',
}

/** History may hold results that this version does not know. */
export function lookOf(results: Result | null): Look {
  return results === null ? 'running' : (LOOKS[results] ?? 'unknown')
}
