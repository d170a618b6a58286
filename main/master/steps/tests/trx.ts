import type { TestOutcome } from '../../model.ts'
import { type Found, type FoundTest, LONGEST_MESSAGE, NO_TESTS, type Trouble } from './found.ts'
import type { Attributes, ReportForm } from './xml-report.ts'

interface OpenResult {
  readonly attributes: Attributes
  message: string
  /** Results of its data rows stand in it and count in its place. */
  hasInner: boolean
}

const SKIPPED = /^(NotExecuted|NotRunnable|Inconclusive|Pending|Disconnected)$/i
const PASSED = /^(Passed|Completed|Warning|PassedButRunAborted)$/i
const ENDED_BADLY = /^(Failed|Error|Aborted|Timeout)$/i

/** Reads the results files of .NET's test platform (`dotnet test --logger trx`). */
export function createTrxForm(): ReportForm {
  const found: { readonly id: string; readonly test: FoundTest }[] = []
  const classes = new Map<string, string>()
  const path: string[] = []
  const open: OpenResult[] = []
  let unit: string | undefined
  let ended: string | undefined
  let failedCount = 0

  return {
    open(name, attributes) {
      path.push(name)
      if (name === 'UnitTestResult') {
        const outer = open.at(-1)
        if (outer) outer.hasInner = true
        open.push({ attributes, message: '', hasInner: false })
      } else if (name === 'UnitTest') unit = attributes.id
      else if (name === 'TestMethod' && unit !== undefined)
        classes.set(unit, (attributes.className ?? '').split(',')[0]!)
      else if (name === 'ResultSummary') ended = attributes.outcome
      else if (name === 'Counters')
        for (const kind of ['failed', 'error', 'timeout', 'aborted'])
          failedCount += Number(attributes[kind] ?? 0) || 0
    },
    text(text) {
      const result = open.at(-1)
      if (!result || path.at(-2) !== 'ErrorInfo' || result.message.length > LONGEST_MESSAGE) return
      result.message += result.message === '' || path.at(-1) === 'Message' ? text : `\n${text}`
    },
    close() {
      if (path.pop() === 'UnitTestResult') closeResult(open.pop()!)
    },
    end(): Found {
      const tests = found.map(({ id, test }) => named(test, classes.get(id) ?? ''))
      const troubles: Trouble[] = []
      if (!tests.some(({ outcome }) => outcome === 'failed')) {
        if (failedCount > 0)
          troubles.push({ grave: true, text: `it counts ${failedCount} failures and names none` })
        else if (ended !== undefined && ENDED_BADLY.test(ended))
          troubles.push({ grave: true, text: `the test run ended as "${ended}"` })
      }
      return { tests, unnamed: NO_TESTS, troubles }
    },
  }

  function closeResult({ attributes, message, hasInner }: OpenResult) {
    if (hasInner) return
    const { testId = '', testName = '', outcome = '', duration } = attributes
    found.push({
      id: testId,
      test: {
        suite: '',
        name: testName,
        outcome: outcomeOf(outcome),
        durationMs: milliseconds(duration),
        message: message.trim().slice(0, LONGEST_MESSAGE),
      },
    })
  }
}

function named(test: FoundTest, suite: string): FoundTest {
  const inside = suite !== '' && test.name.startsWith(`${suite}.`)
  return { ...test, suite, name: inside ? test.name.slice(suite.length + 1) : test.name }
}

function outcomeOf(text: string): TestOutcome {
  return PASSED.test(text) ? 'passed' : SKIPPED.test(text) ? 'skipped' : 'failed'
}

/** `00:00:01.2345678` */
function milliseconds(text: string | undefined): number | null {
  const parts = /^(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(text ?? '')
  if (!parts) return null
  const [, hours, minutes, seconds] = parts.map(Number)
  return (hours! * 3600 + minutes! * 60 + seconds!) * 1000
}
