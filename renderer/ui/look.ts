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
  exception: 'exception',
  running: 'running',
  skipped: 'skipped',
  cancelled: 'stopped',
  retry: 'cut short, built again',
  queued: 'waiting',
  unknown: 'ended in a way that this version does not know',
  none: 'not built yet',
}

/** What differs between signs before anything else does, filled, in the same square. */
export const SILHOUETTES = {
  success: 'M14.6 8a6.6 6.6 0 1 1-13.2 0a6.6 6.6 0 1 1 13.2 0z',
  warnings: 'M8 1.4l6.9 12.6H1.1z',
  failure:
    'M4 1.6h8a2.4 2.4 0 0 1 2.4 2.4v8a2.4 2.4 0 0 1-2.4 2.4h-8a2.4 2.4 0 0 1-2.4-2.4v-8a2.4 2.4 0 0 1 2.4-2.4z',
  exception: 'M8 .8L15.2 8 8 15.2.8 8z',
  running: 'M14.3 8a6.3 6.3 0 1 1-12.6 0a6.3 6.3 0 1 1 12.6 0z',
} as const satisfies Partial<Record<Look, string>>

/** The signs of what is neither good nor bad, as paths in a square of 16: lines without a fill. */
export const OUTLINES = {
  skipped: 'M14 8a6 6 0 1 1-12 0a6 6 0 1 1 12 0M5.3 8h5.4',
  cancelled: 'M14 8a6 6 0 1 1-12 0a6 6 0 1 1 12 0M3.9 12.1l8.2-8.2',
  retry: 'M13.3 8.1a5.3 5.3 0 1 1-1.7-4M13.4 2v3h-3',
  unknown:
    'M14 8a6 6 0 1 1-12 0a6 6 0 1 1 12 0M6.2 6.4a1.85 1.85 0 1 1 2.7 1.65c-.6.3-.9.7-.9 1.35M8 11.6v.1',
} as const satisfies Partial<Record<Look, string>>

/** History may hold results that this version does not know. */
export function lookOf(results: Result | null): Look {
  return results === null ? 'running' : (LOOKS[results] ?? 'unknown')
}
