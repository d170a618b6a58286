import type { TestCounts, TestOutcome } from '../../model.ts'
import {
  type Found,
  type FoundTest,
  LONGEST_MESSAGE,
  NO_TESTS,
  several,
  type Trouble,
  totalOf,
} from './found.ts'
import type { Attributes, ReportForm } from './xml-report.ts'

interface Suite {
  readonly name: string
  /** What the suite counts of itself and of those in it. */
  readonly claims: Claims | undefined
  /** What the suites in it count, and the tests beside them. */
  inner: Claims
}

interface Claims {
  readonly tests: number
  readonly failed: number
  readonly skipped: number
}

interface OpenTest {
  readonly attributes: Attributes
  readonly suite: string
  readonly faults: string[]
  skipped: boolean
}

const FAULTS: ReadonlySet<string> = new Set(['failure', 'error'])
const SKIPS: ReadonlySet<string> = new Set(['skipped', 'disabled', 'ignored'])
const NOT_RUN = /^(notrun|not_run|disabled|suppressed|skip(ped)?|ignored|pending)$/i
const NOT_GOOD = /^(fail(ed|ure)?|error|broken|timeout)$/i
const NONE: Claims = { tests: 0, failed: 0, skipped: 0 }

/**
 * Reads JUnit XML. There is no standard: what is missing is left empty, tests may stand outside of suites, and faults at
 * suites. What a report counts and does not name is told.
 */
export function createJunitForm(): ReportForm {
  const tests: FoundTest[] = []
  const path: string[] = []
  const suites: Suite[] = []
  let claimed: Claims = NONE
  let test: OpenTest | undefined
  let fault: { message: string; text: string; depth: number } | undefined
  let faultCount = 0

  return { open, text, close, end }

  function open(name: string, attributes: Attributes) {
    const parent = path.at(-1)
    path.push(name)
    if (name === 'testsuites' || name === 'testsuite')
      suites.push({ name: attributes.name ?? '', claims: claimsOf(attributes), inner: NONE })
    else if (name === 'testcase' && !test)
      test = {
        attributes,
        suite: attributes.classname ?? suites.at(-1)?.name ?? '',
        faults: [],
        skipped: NOT_RUN.test(attributes.status ?? '') || NOT_RUN.test(attributes.result ?? ''),
      }
    else if (parent === 'testcase' && test && SKIPS.has(name)) test.skipped = true
    else if (
      FAULTS.has(name) &&
      (parent === 'testcase' || parent === 'testsuite' || parent === 'testsuites')
    )
      fault = { message: attributes.message ?? '', text: '', depth: path.length }
  }

  function text(text: string) {
    if (fault && fault.text.length < LONGEST_MESSAGE) fault.text += text
  }

  function close() {
    const name = path.pop()
    if (fault && path.length < fault.depth) closeFault()
    if (name === 'testcase' && path.at(-1) !== 'testcase') closeTest()
    else if (name === 'testsuite' || name === 'testsuites') closeSuite()
  }

  function closeFault() {
    const { message, text } = fault!
    const said = [message, text.trim()].filter(Boolean).join('\n').slice(0, LONGEST_MESSAGE)
    fault = undefined
    faultCount++
    if (test) return void test.faults.push(said)
    // A suite that could not be set up has no tests to say so.
    const suite = suites.at(-1)
    add({ suite: suites.at(-2)?.name ?? '', name: suite?.name || 'suite', message: said })
  }

  function add(failed: Pick<FoundTest, 'suite' | 'name' | 'message'>) {
    tests.push({ ...failed, outcome: 'failed', durationMs: null })
  }

  function closeTest() {
    if (!test) return
    const { attributes, suite, faults, skipped } = test
    test = undefined
    const bad =
      faults.length > 0 ||
      (!skipped &&
        (NOT_GOOD.test(attributes.status ?? '') || NOT_GOOD.test(attributes.result ?? '')))
    const outcome: TestOutcome = bad ? 'failed' : skipped ? 'skipped' : 'passed'
    tests.push({
      suite,
      name: attributes.name ?? '',
      outcome,
      durationMs: milliseconds(attributes.time),
      message: faults.join('\n').slice(0, LONGEST_MESSAGE),
    })
    const around = suites.at(-1)
    if (around)
      around.inner = sum(around.inner, {
        tests: 1,
        failed: Number(bad),
        skipped: Number(outcome === 'skipped'),
      })
  }

  function closeSuite() {
    const { claims, inner } = suites.pop()!
    const own = claims ? larger(claims, inner) : inner
    const around = suites.at(-1)
    if (around) around.inner = sum(around.inner, own)
    else claimed = sum(claimed, own)
  }

  function end(whole: boolean): Found {
    // A test that was cut off counts when it is known that it failed.
    if (!whole && test) {
      if (fault) closeFault()
      if (test.faults.length > 0) closeTest()
    }
    // That it broke off is told; what it counts is not known to be so.
    if (!whole) return { tests, unnamed: NO_TESTS, troubles: [] }
    const unnamed = unnamedOf()
    return { tests, unnamed, troubles: [...tellTroubles(unnamed)] }
  }

  function unnamedOf(): TestCounts {
    let missing = Math.max(0, claimed.tests - tests.length)
    const failed = Math.min(missing, Math.max(0, claimed.failed - faultCount))
    missing -= failed
    const named = tests.filter(({ outcome }) => outcome === 'skipped').length
    const skipped = Math.min(missing, Math.max(0, claimed.skipped - named))
    return { failed, skipped, passed: missing - skipped }
  }

  function* tellTroubles(unnamed: TestCounts): Generator<Trouble> {
    const bad = tests.some(({ outcome }) => outcome === 'failed')
    if (totalOf(unnamed) > 0)
      yield {
        grave: false,
        text: `it counts ${several(claimed.tests, 'test')} with ${several(claimed.failed, 'failure')} and names ${tests.length === 0 ? 'none' : `only ${tests.length}`}`,
      }
    else if (claimed.failed > 0 && !bad)
      yield { grave: true, text: `it counts ${several(claimed.failed, 'failure')} and names none` }
  }
}

function claimsOf(attributes: Attributes): Claims | undefined {
  const { tests, failures, errors, skipped, skips, disabled, ignored } = attributes
  if (tests === undefined && failures === undefined && errors === undefined) return undefined
  return {
    tests: count(tests),
    failed: count(failures) + count(errors),
    skipped: count(skipped ?? skips ?? ignored) + count(disabled),
  }
}

function count(text: string | undefined): number {
  return text !== undefined && /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : 0
}

function sum(a: Claims, b: Claims): Claims {
  return { tests: a.tests + b.tests, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}

// Some count in the outer suite what stands in inner ones, some don't.
function larger(a: Claims, b: Claims): Claims {
  return {
    tests: Math.max(a.tests, b.tests),
    failed: Math.max(a.failed, b.failed),
    skipped: Math.max(a.skipped, b.skipped),
  }
}

/** `1.5`, `1,234.5` and `1,5` seconds. */
export function milliseconds(text: string | undefined): number | null {
  if (text === undefined || text.trim() === '') return null
  const bare = text.trim()
  const plain = /^[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/.test(bare)
    ? bare.replaceAll(',', '')
    : bare.replace(',', '.')
  const seconds = Number(plain)
  return Number.isFinite(seconds) ? seconds * 1000 : null
}
