import type { TestCounts } from '../../model.ts'
import {
  addCounts,
  countTests,
  type Found,
  type FoundTest,
  NO_TESTS,
  several,
  type Trouble,
  totalOf,
} from './found.ts'
import type { LineTaker } from './line-taker.ts'
import { createLineReader, type LineReader } from './lines.ts'
import { createOwnWordsReader, type OwnWordsReader } from './own-words.ts'
import type { Runner } from './runners/runner.ts'
import { RUNNERS } from './runners.ts'
import { createTapReader } from './tap.ts'
import { createReportReader, type ReportReader } from './xml-report.ts'

/** What a step's output and reports say of its tests. */
export interface TestSummary {
  readonly counts: TestCounts
  /** How many of them have names; these are taken one batch after the other. */
  readonly named: number
  readonly troubles: readonly Trouble[]
  /** What is worth a line in the log and changes nothing. */
  readonly hints: readonly string[]
  /** A runner's words for having run no test, where nothing else was found. */
  readonly zero: string | null
  /** What passed without being counted. */
  readonly uncounted: string | null
}

export interface TestReading {
  output(stream: OutputStream, bytes: Uint8Array): void
  /** The next bytes of a report. Reports come one after the other. */
  report(path: string, bytes: Uint8Array, last: boolean): void
  end(): TestSummary
  take(count: number): readonly FoundTest[]
}

export type OutputStream = 'stdout' | 'stderr'

// What all messages of a step may hold together; further ones are cut short.
const MOST_MESSAGE_CHARACTERS = 32 * 1024 * 1024
const SHORT_MESSAGE = 200
const MOST_NAMED = 1_000_000

interface Stream {
  readonly lines: LineReader
  readonly tap: LineTaker
  readonly ownWords: OwnWordsReader
  readonly runners: readonly LineTaker[]
}

/** @param configured The step names its reports: a file that is none is told. */
export function createTestReading(configured: boolean): TestReading {
  // How their pieces come between each other is chance: each is read for itself.
  const streams = { stdout: openStream(), stderr: openStream() }
  const reports: FoundTest[] = []
  const troubles: Trouble[] = []
  let reportUnnamed = NO_TESTS
  let emptyReport: string | undefined
  let open: { readonly path: string; readonly reader: ReportReader } | undefined
  let tests: FoundTest[] = []
  let taken = 0

  return {
    output: (stream, bytes) => streams[stream].lines.write(bytes),
    report(path, bytes, last) {
      open ??= { path, reader: createReportReader(path) }
      open.reader.write(bytes)
      if (!last) return
      const { tests, unnamed, troubles: told, foreign } = open.reader.end()
      open = undefined
      for (const test of tests) reports.push(test)
      reportUnnamed = addCounts(reportUnnamed, unnamed)
      troubles.push(...told)
      if (!foreign && told.length + tests.length + totalOf(unnamed) === 0)
        emptyReport ??= `${path} holds no test`
      if (foreign && configured)
        troubles.push({ grave: false, text: `${path} is not a JUnit report` })
    },
    end,
    take(count) {
      const batch = tests.slice(taken, taken + count)
      taken += batch.length
      return batch
    },
  }

  function end(): TestSummary {
    for (const { lines } of Object.values(streams)) lines.end()
    const tap = streams.stdout.tap.end()
    troubles.push(...tap.troubles)
    const hints: string[] = []
    const found: Found[] = []
    take('TAP', tap)
    let zero = tap.zero
    let uncounted: string | undefined
    for (const [index, runner] of RUNNERS.entries()) {
      const one = merge(streams.stdout.runners[index]!.end(), streams.stderr.runners[index]!.end())
      troubles.push(...one.troubles)
      zero ??= one.zero
      uncounted ??= one.uncounted
      if (runner.sumsUpTap && tap.tests.length > 0) continue
      if (take(runner.name, one)) hints.push(...hintsOf(runner, one))
    }
    const ownWords = [streams.stdout.ownWords.end(), streams.stderr.ownWords.end()]
    for (const words of ownWords) zero ??= words.zero
    zero ??= emptyReport
    tests = reports
    let counts = addCounts(countTests(reports), reportUnnamed)
    for (const one of found) {
      counts = addCounts(counts, addCounts(countTests(one.tests), one.unnamed))
      for (const test of one.tests) tests.push(test)
    }
    // Where tests failed, that says it all.
    if (counts.failed === 0) for (const words of ownWords) troubles.push(...words.troubles)
    if (tests.length > MOST_NAMED) {
      hints.push(`Only the first ${MOST_NAMED} tests are kept by name.`)
      tests.length = MOST_NAMED
    }
    shorten(tests)
    const nothing = totalOf(counts) === 0
    return {
      counts,
      named: tests.length,
      troubles,
      hints,
      zero: (nothing && uncounted === undefined && zero) || null,
      uncounted: (nothing && uncounted) || null,
    }

    function take(name: string, one: Found): boolean {
      if (!isKnown(one)) return found.push(one) > 0
      // What the reports leave out must not get lost with it.
      const failed = countTests(one.tests).failed + one.unnamed.failed
      const reported = countTests(reports).failed + reportUnnamed.failed
      if (failed > reported)
        troubles.push({
          grave: true,
          text: `the output of ${name} counts ${several(failed, 'failure')}, and the reports ${reported}`,
        })
      return false
    }
  }

  /** The reports have it already, and say more of it. */
  function isKnown({ tests, unnamed }: Found): boolean {
    // It adds nothing.
    if (tests.length + totalOf(unnamed) === 0) return true
    if (reports.length + totalOf(reportUnnamed) === 0) return false
    if (tests.length === 0) return totalOf(unnamed) <= reports.length + totalOf(reportUnnamed)
    const names = new Set(reports.map(({ name }) => name))
    const known = tests.filter(({ name }) => names.has(name)).length
    if (known * 2 >= tests.length) return true
    // Names differ a little between the two; the same counts are the same tests.
    const all = addCounts(countTests(tests), unnamed)
    const theirs = addCounts(countTests(reports), reportUnnamed)
    return totalOf(all) > 1 && totalOf(all) === totalOf(theirs) && all.failed === theirs.failed
  }
}

function openStream(): Stream {
  const tap = createTapReader()
  const ownWords = createOwnWordsReader()
  const runners = RUNNERS.map(runner => runner.start())
  const lines = createLineReader(line => {
    tap.line(line)
    ownWords.line(line)
    for (const runner of runners) runner.line(line)
  })
  return { lines, tap, ownWords, runners }
}

/** One runner on both streams: what failed is often listed on the other one, too. */
function merge(stdout: Found, stderr: Found): Found {
  return {
    tests: stdout.tests.length === 0 ? stderr.tests : mergeTests(stdout.tests, stderr.tests),
    unnamed: beyondOther(stdout, stderr),
    troubles: [...stdout.troubles, ...stderr.troubles],
    zero: stdout.zero ?? stderr.zero,
    uncounted: stdout.uncounted ?? stderr.uncounted,
  }
}

function mergeTests(tests: readonly FoundTest[], again: readonly FoundTest[]): FoundTest[] {
  const keyOf = ({ suite, name }: FoundTest) => `${suite}\n${name}`
  const others = new Map(again.map(test => [keyOf(test), test]))
  const merged = tests.map(test => {
    const other = others.get(keyOf(test))
    others.delete(keyOf(test))
    return other && test.message === '' ? { ...test, message: other.message } : test
  })
  return [...merged, ...others.values()]
}

// A summary on one stream counts what has its names on the other.
function beyondOther(stdout: Found, stderr: Found): TestCounts {
  const less = ({ unnamed }: Found, other: Found) => {
    if (totalOf(unnamed) === 0) return NO_TESTS
    const named = countTests(other.tests)
    return {
      passed: Math.max(0, unnamed.passed - named.passed),
      failed: Math.max(0, unnamed.failed - named.failed),
      skipped: Math.max(0, unnamed.skipped - named.skipped),
    }
  }
  return addCounts(less(stdout, stderr), less(stderr, stdout))
}

function hintsOf({ name, option }: Runner, { unnamed }: Found): string[] {
  const total = totalOf(unnamed)
  if (total === 0) return []
  const how = option === undefined ? '' : ` With ${option} it names all.`
  return [`The output of ${name} counts ${several(total, 'test')} without a name.${how}`]
}

function shorten(tests: FoundTest[]) {
  let characters = 0
  for (const [index, test] of tests.entries()) {
    characters += test.message.length
    if (characters > MOST_MESSAGE_CHARACTERS && test.message.length > SHORT_MESSAGE)
      tests[index] = { ...test, message: `${test.message.slice(0, SHORT_MESSAGE)}…` }
  }
}
