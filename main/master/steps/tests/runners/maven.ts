import { createTally, type Runner } from './runner.ts'

// The line of a class ends with its time; the one of a module does not.
const END = /^(?:\[\w+\] +)?Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+)$/
const NONE = /^(?:\[\w+\] +)?(No tests to run\.|Tests are skipped\.)$/

/** Maven, whose tests have their names in the reports that it writes. */
export const maven: Runner = {
  name: 'Maven',
  start() {
    const tally = createTally()
    let none: string | undefined
    return {
      line(line) {
        const end = END.exec(line)
        if (end) {
          const [total, failures, errors, skipped] = end.slice(1).map(Number) as [
            number,
            number,
            number,
            number,
          ]
          const failed = failures + errors
          tally.sumUp({ passed: total - failed - skipped, failed, skipped }, line)
        } else none ??= NONE.exec(line)?.[1]
      },
      end: () => ({ ...tally.found(), zero: tally.found().zero ?? none }),
    }
  },
}
