import { RUNNER_OPTIONS } from '../../runner-options.ts'
import { createTally, type Runner } from './runner.ts'

const END = /^Files=\d+, Tests=(\d+), /
const FAILED = / Failed: (\d+)\)$/

/** `prove`, which sums up the TAP of its files and shows it with `-v`. */
export const prove: Runner = {
  name: 'prove',
  option: RUNNER_OPTIONS.prove,
  sumsUpTap: true,
  start() {
    const tally = createTally()
    let failed = 0
    return {
      line(line) {
        failed += Number(FAILED.exec(line)?.[1] ?? 0)
        const end = END.exec(line)
        if (!end) return
        const total = Number(end[1])
        tally.sumUp({ passed: Math.max(0, total - failed), failed, skipped: 0 }, line)
        failed = 0
      },
      end: () => tally.found(),
    }
  },
}
