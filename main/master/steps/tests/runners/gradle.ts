import type { TestOutcome } from '../../../model.ts'
import { createTally, type Runner } from './runner.ts'

const TEST = /^(\S[^>]*(?: > [^>]+)*?) > (.+) (PASSED|FAILED|SKIPPED)$/
const RUN = /^> Task :(?:\S+:)?test(?: (NO-SOURCE|UP-TO-DATE|FROM-CACHE|SKIPPED|FAILED))?$/
const END = /^(\d+) tests? completed, (\d+) failed(?:, (\d+) skipped)?$/
const OUTCOMES: Readonly<Record<string, TestOutcome>> = {
  PASSED: 'passed',
  FAILED: 'failed',
  SKIPPED: 'skipped',
}

/** Gradle, whose output names what failed; all tests have their names in the reports that it writes. */
export const gradle: Runner = {
  name: 'Gradle',
  start() {
    const tally = createTally()
    let task = false
    let noSource: string | undefined
    // Also in an earlier build, whose results still count.
    let ran = false
    return {
      line(line) {
        if (/^> Task :/.test(line)) task = true
        if (!task) return
        const run = RUN.exec(line)
        if (run?.[1] === 'NO-SOURCE') noSource ??= line
        else if (run) ran = true
        const test = TEST.exec(line)
        if (test)
          return void tally.add({ suite: test[1]!, name: test[2]!, outcome: OUTCOMES[test[3]!]! })
        const end = END.exec(line)
        if (!end) return
        const [total, failed, skipped] = [end[1], end[2], end[3] ?? 0].map(Number) as [
          number,
          number,
          number,
        ]
        tally.sumUp({ passed: total - failed - skipped, failed, skipped }, line)
      },
      end: () => ({
        ...tally.found(),
        zero: tally.found().zero ?? (ran ? undefined : noSource),
      }),
    }
  },
}
