import type { TestCounts } from '../../model.ts'
import { FAILURE, SUCCESS, WARNINGS } from '../../results.ts'
import type { StepEnd } from '../step.ts'
import { several, type Trouble, totalOf } from './found.ts'
import type { TestSummary } from './reading.ts'

export interface Verdict extends StepEnd {
  /** What the log tells of it, in lines. */
  readonly notes: readonly string[]
}

const MOST_NOTES = 50
const HOW_TO =
  'Names of tests are read from the output of the usual test runners and from JUnit XML: “junit” in the step names its files. See docs/configuration.md, “Results of tests”.'

/**
 * How a test step ends. A green that its tests did not earn is none: what failed is red whatever the exit status says, and
 * so is what was planned and did not run.
 */
export function judgeTests(
  command: StepEnd & { readonly cut?: boolean },
  summary: TestSummary,
  more: readonly Trouble[] = [],
): Verdict {
  const { counts, uncounted, zero } = summary
  const troubles = [...more, ...summary.troubles].sort((a, b) => Number(b.grave) - Number(a.grave))
  const grave = troubles[0]?.grave === true
  const told = troubles[0] && tell(troubles)
  const good = command.results === SUCCESS
  const notes = [...notesOf(troubles), ...summary.hints]
  const end = (results: StepEnd['results'], ...texts: (string | undefined)[]) => ({
    results,
    text: texts.filter(Boolean).join('; '),
    notes,
  })

  if (counts.failed > 0) {
    if (good)
      notes.unshift(
        `The exit status is 0, and ${several(counts.failed, 'test')} failed: the step is red.`,
      )
    return end(FAILURE, describe(counts), told)
  }
  const found = totalOf(counts) > 0
  if (!found && uncounted === null && zero === null && troubles.length === 0)
    notes.push(`No test results were found. ${HOW_TO}`)
  const none = zero === null ? undefined : `no test ran: ${zero}`
  if (none !== undefined) notes.push(`Test results: ${none}.`)
  // That a program which was ended left its results unfinished is no news.
  if (!good) return end(command.results, command.text, grave && !command.cut ? told : none)
  const passed = found ? describe(counts) : (uncounted ?? undefined)
  if (grave) return end(FAILURE, told, passed)
  if (troubles.length > 0) return end(WARNINGS, passed, told)
  if (found && counts.passed === 0) return end(WARNINGS, passed)
  if (passed !== undefined) return end(SUCCESS, passed)
  return none === undefined ? end(SUCCESS, 'no test results found') : end(WARNINGS, none)
}

function describe({ passed, failed, skipped }: TestCounts): string {
  if (failed > 0) return `${failed} of ${passed + failed + skipped} tests failed`
  if (passed === 0) return `no test ran: ${several(skipped, 'test')} skipped`
  return `${several(passed, 'test')} passed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

function tell(troubles: readonly Trouble[]): string {
  const others = troubles.length - 1
  return `${troubles[0]!.text}${others > 0 ? `, and ${others} more in the log` : ''}`
}

function notesOf(troubles: readonly Trouble[]): string[] {
  const notes = troubles.slice(0, MOST_NOTES).map(({ text }) => `Test results: ${text}.`)
  const others = troubles.length - notes.length
  return others > 0 ? [...notes, `Test results: ${others} more of the kind.`] : notes
}
