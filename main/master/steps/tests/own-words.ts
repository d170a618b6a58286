import type { Trouble } from './found.ts'

/** What a program says of its run as a whole, beside the tests that it names and counts. */
export interface OwnWords {
  readonly troubles: readonly Trouble[]
  /** The line in which a program whose tests are not read by name says that it ran none. */
  readonly zero: string | undefined
}

export interface OwnWordsReader {
  line(line: string): void
  end(): OwnWords
}

interface Span {
  readonly program: string
  readonly begin: RegExp
  readonly end: RegExp
}

// Of these every run that begins is summed up in the end, also when tests fail. Programs whose first lines could be those of
// another one are not in the list.
const SPANS: readonly Span[] = [
  {
    program: 'pytest',
    begin: /^=+ test session starts\b.*=+$/,
    end: /\bin \d+(?:\.\d+)?(?:s| seconds)(?: \([\d:]+\))?(?: =+)?$|^Results \(\d/,
  },
  { program: 'unittest', begin: /^test\w* \([\w.]+\) \.\.\. /, end: /^Ran \d+ tests? in / },
  { program: 'cargo test', begin: /^running \d+ tests?$/, end: /^test result: / },
  {
    program: 'cargo nextest',
    begin: /^ +Starting [1-9]\d* tests? across /,
    end: /^ +Summary \[/,
  },
  {
    program: 'go test',
    begin: /^=== RUN {3}/,
    end: /^(?:ok {2}|FAIL|\? {3}|)\t\S|^(?:PASS|FAIL)$/,
  },
  { program: 'ctest', begin: /^ +Start +\d+: /, end: /^\d+% tests passed, / },
  {
    program: 'vitest',
    begin: /^ RUN {1,2}v\d/,
    end: /^ +(?:Test Files|Tests|Duration) {2}|^No .*test files found|^ BENCH /,
  },
  {
    program: 'PHPUnit',
    begin: /^[.FEWIRSDN]+ +\d+ \/ \d+ \( *\d+%\)$/,
    end: /^Time: .*Memory: /,
  },
  {
    program: 'GoogleTest',
    begin: /^\[=+\] Running [1-9]\d* tests? from /,
    end: /^\[=+\] \d+ tests? from .* ran\b/,
  },
]

// Said of the run, not of a test: a program that was stopped, and those whose tests are not read by name.
const FAILED: readonly RegExp[] = [
  /^INTERNALERROR> /,
  /^error: (?:test|doctest|bench) failed, to rerun pass /,
  /^error: \d+ targets? failed:$/,
  /^error: test run failed$/,
  /^Test Run Aborted\.$/,
  /^\[(?:INFO|ERROR)\] BUILD FAILURE$/,
  /^BUILD FAILED in \d/,
  // minitest and test-unit
  /^\d+ (?:runs|tests), \d+ assertions, (?!0 failures, 0 errors)\d+ failures, \d+ errors/,
  // ExUnit and bats
  /^(?:\d+ (?:doctests?|properties|property), )*\d+ tests?, [1-9]\d* failures?\b/,
  // Deno
  /^FAILED \| \d+ passed/,
  /^\[ {2}FAILED {2}\] \d+ tests?, listed below:$/,
]

// A person may have told vitest to overlook them.
const OUTSIDE_OF_TESTS = /^ +Errors {2}\d+ errors?$/

const ZERO: readonly RegExp[] = [
  /^0 (?:runs|tests), 0 assertions, /,
  /^There are no tests to run$/,
  /^ok \| 0 passed \| 0 failed/,
  /^\[=+\] Running 0 tests from /,
]

/** Reads what programs say of their runs. All of it is said in whole lines, so that quoted output is not taken for it. */
export function createOwnWordsReader(): OwnWordsReader {
  const open = new Set<Span>()
  let failed: string | undefined
  let outside: string | undefined
  let zero: string | undefined

  return {
    line(line) {
      for (const span of SPANS)
        if (span.begin.test(line)) open.add(span)
        else if (open.size > 0 && span.end.test(line)) open.delete(span)
      if (failed === undefined && FAILED.some(words => words.test(line))) failed = line.trim()
      if (OUTSIDE_OF_TESTS.test(line)) outside ??= line.trim().replace(/ +/g, ' ')
      if (zero === undefined && ZERO.some(words => words.test(line))) zero = line.trim()
    },
    end: () => ({
      troubles: [
        ...[...open].map(({ program }) => ({
          grave: true,
          text: `${program} began and did not sum up: its output was cut short`,
        })),
        ...(failed === undefined ? [] : [{ grave: true, text: `the output says “${failed}”` }]),
        ...(outside === undefined
          ? []
          : [{ grave: false, text: `vitest counts errors outside of its tests: “${outside}”` }]),
      ],
      zero,
    }),
  }
}
