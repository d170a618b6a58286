import type { TestCounts, TestOutcome } from '../../../model.ts'
import {
  beyond,
  countTests,
  type Found,
  type FoundTest,
  LONGEST_MESSAGE,
  NO_TESTS,
  totalOf,
} from '../found.ts'
import type { LineTaker } from '../line-taker.ts'

/** A program that runs tests, by what it writes. */
export interface Runner {
  /** As a person calls it. */
  readonly name: string
  /** How its output names all tests; absent where it always does. */
  readonly option?: string
  /** It runs programs that write TAP: what it sums up are their tests. */
  readonly sumsUpTap?: boolean
  /** Reads the lines of one stream, which may hold anything else, too. */
  start(): LineTaker
}

export type Named = { -readonly [Key in keyof FoundTest]: FoundTest[Key] }

/** Tests by name of one or several runs of a runner, and what its summaries count beyond them. */
export interface Tally {
  readonly tests: Named[]
  add(test: Partial<Named> & Pick<Named, 'name' | 'outcome'>): Named
  /** A run is over, and this is what its summary counts. */
  sumUp(claimed: TestCounts, line: string): void
  found(more?: Pick<Found, 'uncounted'>): Found
}

export function createTally(): Tally {
  const tests: Named[] = []
  let counted = 0
  let unnamed = NO_TESTS
  let zero: string | undefined

  return {
    tests,
    add(test) {
      const named = { suite: '', durationMs: null, message: '', ...test }
      tests.push(named)
      return named
    },
    sumUp(claimed, line) {
      const rest = beyond(claimed, countTests(tests.slice(counted)))
      const ran = tests.length - counted
      counted = tests.length
      if (ran === 0 && totalOf(claimed) === 0) zero ??= line.trim()
      unnamed = {
        passed: unnamed.passed + rest.passed,
        failed: unnamed.failed + rest.failed,
        skipped: unnamed.skipped + rest.skipped,
      }
    },
    found: more => ({ tests, unnamed, troubles: [], zero, ...more }),
  }
}

/** Adds a line to why a test failed. */
export function say(test: Named, line: string): void {
  if (test.message.length >= LONGEST_MESSAGE) return
  const message = test.message === '' ? line.trim() : `${test.message}\n${line.trimEnd()}`
  test.message = message.slice(0, LONGEST_MESSAGE)
}

/**
 * The counts of a summary such as `1 failed, 2 passed`, by a list of which words mean what.
 * `undefined` when a part of it is of another form.
 */
export function readCounts(
  text: string,
  separator: string | RegExp,
  words: Readonly<Record<string, TestOutcome | 'ignored'>>,
): TestCounts | undefined {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const part of text.split(separator)) {
    const read = /^\s*(\d+) ([a-z][a-z ]*?)\s*$/i.exec(part)
    const meaning = read && words[read[2]!.toLowerCase()]
    if (!meaning) return undefined
    if (meaning !== 'ignored') counts[meaning] += Number(read[1])
  }
  return counts
}
