import type { TestOutcome } from '../../../model.ts'
import { createTally, type Named, type Runner, say } from './runner.ts'

const TEST = /^ *\d+\/\d+ Test +#(\d+): (.+?) \.{2,}(?:\*\*\*| +)(.+?) +(\d+\.\d+) sec/
const END = /^\d+% tests passed, (\d+) tests? failed out of /

/** CMake's ctest. */
export const ctest: Runner = {
  name: 'ctest',
  start() {
    const tally = createTally()
    let run = new Map<string, Named>()
    let failed: Named | undefined
    let zero: string | undefined

    return {
      line(line) {
        const test = TEST.exec(line)
        if (test) {
          const [, number = '', name = '', word = '', seconds] = test
          const outcome = outcomeOf(word)
          const named = { name, outcome, durationMs: Number(seconds) * 1000 }
          const known = run.get(number)
          // It may be run until it passes.
          if (known) Object.assign(known, named)
          else run.set(number, tally.add(named))
          failed = outcome === 'failed' ? run.get(number) : undefined
          if (failed && failed.message === '' && word !== 'Failed') say(failed, word)
          return
        }
        const end = END.exec(line)
        if (end) {
          // All tests have names. What was skipped counts as passed here.
          tally.sumUp({ passed: 0, failed: Number(end[1]), skipped: 0 }, line)
          run = new Map()
          failed = undefined
        } else if (line.startsWith('No tests were found!!!')) zero ??= line
        else if (/^ +Start +\d+: /.test(line)) failed = undefined
        else if (/^Test project /.test(line)) run = new Map()
        // With --output-on-failure.
        else if (failed) say(failed, line)
      },
      end: () => ({ ...tally.found(), zero: tally.tests.length === 0 ? zero : undefined }),
    }
  },
}

function outcomeOf(word: string): TestOutcome {
  if (word === 'Passed') return 'passed'
  return word === 'Skipped' || word.startsWith('Not Run (Disabled') ? 'skipped' : 'failed'
}
