/**
 * Result codes of a step, build or buildset. The values are Buildbot's and are
 * stored in history, so they never change.
 */
export const SUCCESS = 0
export const WARNINGS = 1
export const FAILURE = 2
export const SKIPPED = 3
export const EXCEPTION = 4
export const RETRY = 5
export const CANCELLED = 6

export type Result = 0 | 1 | 2 | 3 | 4 | 5 | 6

export const RESULT_NAMES: Readonly<Record<Result, string>> = {
  [SUCCESS]: 'success',
  [WARNINGS]: 'warnings',
  [FAILURE]: 'failure',
  [SKIPPED]: 'skipped',
  [EXCEPTION]: 'exception',
  [RETRY]: 'retry',
  [CANCELLED]: 'cancelled',
}

// The codes are not in order of badness: SKIPPED is 3 and is the mildest.
const WORST_FIRST: readonly Result[] = [
  CANCELLED,
  RETRY,
  EXCEPTION,
  FAILURE,
  WARNINGS,
  SUCCESS,
  SKIPPED,
]

/** The worse of two results, used to roll steps up into builds, builds into buildsets. */
export function worst(a: Result, b: Result): Result {
  return WORST_FIRST.find(result => result === a || result === b)!
}

/** Results of a build that did what was asked. */
export const GOOD_RESULTS: readonly Result[] = [SUCCESS, WARNINGS, SKIPPED]

/** Results of a build that ran to its end and found nothing wrong. */
export const PASSED_RESULTS: readonly Result[] = [SUCCESS, WARNINGS]

/** Results for which a builder is red. */
export const BAD_RESULTS: readonly Result[] = [FAILURE, EXCEPTION]

/** Results from which a builder is green or red: a build that was skipped, stopped or cut short shows nothing. */
export const TELLING_RESULTS: readonly Result[] = [...PASSED_RESULTS, ...BAD_RESULTS]

/**
 * The scheduler of builds that look for the first bad change. They are of old revisions, so they say
 * nothing of how their builder stands now.
 */
export const BISECT_SCHEDULER = 'bisect'

/** The scheduler of builds that are retried from a step: how long they take says nothing of whole ones. */
export const RETRY_SCHEDULER = 'retry'

/** Whether a build with this result did what was asked: the exit code of `force --wait` and `run`. */
export function isGood(result: Result): boolean {
  return GOOD_RESULTS.includes(result)
}

/** Whether a build with this result ran to its end and found nothing wrong. */
export function hasPassed(result: Result | null): boolean {
  return result !== null && PASSED_RESULTS.includes(result)
}

/** Whether a build with this result makes its builder red. `null` is a build that has not ended. */
export function isBad(result: Result | null): boolean {
  return result !== null && BAD_RESULTS.includes(result)
}
