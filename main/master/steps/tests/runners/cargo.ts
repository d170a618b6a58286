import type { TestOutcome } from '../../../model.ts'
import { createTally, type Named, type Runner, say } from './runner.ts'

const TEST = /^test (.+?)(?: - should panic)? \.\.\. (.*)$/
const RESULT = /(?:^|\S)?(ok|FAILED|ignored)(?:, .*)?$/
const END =
  /^test result: (?:ok|FAILED)\. (\d+) passed; (\d+) failed; (\d+) ignored; (\d+) measured; (\d+) filtered out/
const WHY = /^---- (.+?) stdout ----$/

/** Rust's test harness: `cargo test`. */
export const cargo: Runner = {
  name: 'cargo test',
  start() {
    const tally = createTally()
    let open: string | undefined
    let why: Named | undefined
    let runStart = 0

    return { line, end: () => tally.found() }

    function line(line: string) {
      const end = END.exec(line)
      if (end) return sumUp(end, line)
      const head = WHY.exec(line)
      if (head) {
        const at = placeOf(head[1]!)
        why = tally.tests.find(
          (test, index) => index >= runStart && test.name === at.name && test.suite === at.suite,
        )
        return
      }
      if (why) {
        if (line === 'failures:') why = undefined
        else say(why, line)
        return
      }
      const test = TEST.exec(line)
      if (test) open = test[1]
      if (open === undefined) return
      // Output that is not captured stands between a name and its result.
      const result = RESULT.exec(test ? test[2]! : line)?.[1]
      if (!result || (!test && line !== result)) return
      tally.add({ ...placeOf(open), outcome: outcomeOf(result) })
      open = undefined
    }

    function sumUp([, passed, failed, ignored]: RegExpExecArray, line: string) {
      tally.sumUp(
        { passed: Number(passed), failed: Number(failed), skipped: Number(ignored) },
        line,
      )
      open = undefined
      why = undefined
      runStart = tally.tests.length
    }
  },
}

function outcomeOf(word: string): TestOutcome {
  return word === 'ok' ? 'passed' : word === 'ignored' ? 'skipped' : 'failed'
}

/** `a::b::name`, or `src/lib.rs - item (line 5)` of a test in the documentation. */
function placeOf(path: string) {
  const [file, item] = path.split(' - ', 2)
  if (item !== undefined) return { suite: file!, name: item }
  const at = path.lastIndexOf('::')
  return at < 0 ? { suite: '', name: path } : { suite: path.slice(0, at), name: path.slice(at + 2) }
}
