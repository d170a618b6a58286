import type { TestCounts, TestResult } from '../../model.ts'

/** A test with a name, as a report or the output of a runner has it. */
export type FoundTest = Omit<TestResult, 'stepId'>

/** Something about the results that a person must know: it is told in the log and keeps the step from being green. */
export interface Trouble {
  /** Red. What is not grave is a warning. */
  readonly grave: boolean
  readonly text: string
}

/** What one reader found. */
export interface Found {
  readonly tests: readonly FoundTest[]
  /** Tests that were counted and have no name. */
  readonly unnamed: TestCounts
  readonly troubles: readonly Trouble[]
  /** The line in which a runner says that it ran no test. */
  readonly zero?: string | undefined
  /** What passed, where a runner says that its tests did and not how many they are. */
  readonly uncounted?: string | undefined
}

export const NO_TESTS: TestCounts = { passed: 0, failed: 0, skipped: 0 }
export const NOTHING_FOUND: Found = { tests: [], unnamed: NO_TESTS, troubles: [] }

/** The longest message that is kept with a test. */
export const LONGEST_MESSAGE = 4000

export function countTests(tests: readonly FoundTest[]): TestCounts {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const { outcome } of tests) counts[outcome]++
  return counts
}

export function addCounts(a: TestCounts, b: TestCounts): TestCounts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  }
}

export function totalOf({ passed, failed, skipped }: TestCounts): number {
  return passed + failed + skipped
}

/** What a summary counts beyond the tests that have names. */
export function beyond(claimed: TestCounts, named: TestCounts): TestCounts {
  return {
    passed: Math.max(0, claimed.passed - named.passed),
    failed: Math.max(0, claimed.failed - named.failed),
    skipped: Math.max(0, claimed.skipped - named.skipped),
  }
}

/** `1 test`, `2 tests`. */
export function several(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
