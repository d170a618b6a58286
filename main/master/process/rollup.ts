import type { StepBase } from '../config/model.ts'
import {
  CANCELLED,
  EXCEPTION,
  FAILURE,
  RETRY,
  type Result,
  SUCCESS,
  WARNINGS,
  worst,
} from '../results.ts'

type Flags = Pick<
  StepBase,
  'haltOnFailure' | 'flunkOnFailure' | 'flunkOnWarnings' | 'warnOnFailure' | 'warnOnWarnings'
>

/**
 * What a step's result does to its build: the build's result so far, and
 * whether only `alwaysRun` steps are left to run.
 */
export function rollUp(
  soFar: Result,
  step: Result,
  flags: Flags,
): { readonly results: Result; readonly halt: boolean } {
  switch (step) {
    case FAILURE: {
      const counts = flags.flunkOnFailure ? FAILURE : flags.warnOnFailure ? WARNINGS : SUCCESS
      return { results: worst(soFar, counts), halt: flags.haltOnFailure }
    }
    case WARNINGS: {
      const counts = flags.flunkOnWarnings ? FAILURE : flags.warnOnWarnings ? WARNINGS : SUCCESS
      return { results: worst(soFar, counts), halt: false }
    }
    case EXCEPTION:
    case RETRY:
    case CANCELLED:
      return { results: worst(soFar, step), halt: true }
    default:
      return { results: worst(soFar, step), halt: false }
  }
}
