import type { TestOutcome } from '../../../model.ts'
import { RUNNER_OPTIONS } from '../../runner-options.ts'
import { createTally, type Named, type Runner, say } from './runner.ts'

// With `-v`: `test_a (tests.Case.test_a) ... ok`; older versions leave the method out of the brackets.
const TEST = /^(\w+) \(([\w.<>]+)\)((?: \(.*\)| \[.*\])*)(?: \.\.\. ?(.*))?$/
const SUBTEST = /^ {2}(\w+) \(([\w.<>]+)\)( .+) \.\.\. (.+)$/
const RESULT = /(?:^|\.\.\. )(ok|FAIL|ERROR|skipped .*|expected failure|unexpected success)$/
const BLOCK = /^(?:FAIL|ERROR|UNEXPECTED SUCCESS): (\w+) \(([\w.<>]+)\)(.*)$/
// They are counted as errors, and not as tests.
const SET_UP = /^(setUp|tearDown)(Class|Module)$/
const RAN = /^Ran (\d+) tests? in /
const END = /^(?:OK|FAILED|NO TESTS RAN)(?: \((.*)\))?$/

/** Python's unittest, Django's tests among them. */
export const unittest: Runner = {
  name: 'unittest',
  option: RUNNER_OPTIONS.unittest,
  start() {
    const tally = createTally()
    let open: { readonly suite: string; readonly name: string } | undefined
    let block: Named | undefined
    let runStart = 0
    let ran: { readonly count: number; readonly line: string } | undefined

    return { line, end: () => tally.found() }

    function line(line: string) {
      const head = BLOCK.exec(line)
      if (head) return openBlock(head)
      const total = RAN.exec(line)
      if (total) {
        block = undefined
        ran = { count: Number(total[1]), line }
        return
      }
      if (ran && END.test(line)) return sumUp(line)
      if (/^={70}$/.test(line)) block = undefined
      else if (block) {
        if (!/^-{70}$/.test(line)) say(block, line)
      } else readTest(line)
    }

    function readTest(line: string) {
      const sub = SUBTEST.exec(line)
      if (sub) {
        open = undefined
        const [, name = '', place = '', which = '', result = ''] = sub
        return void tally.add({ ...placeOf(name, place, which), outcome: outcomeOf(result) })
      }
      const test = TEST.exec(line)
      if (test) {
        const [, name = '', place = '', which = '', result] = test
        open = placeOf(name, place, which)
        if (result === undefined) return
      }
      const result = open && RESULT.exec(line)?.[1]
      if (!open || !result) return
      tally.add({ ...open, outcome: outcomeOf(result) })
      open = undefined
    }

    // The line of a test comes first, and why it failed at the end of the run.
    function openBlock([, name = '', place = '', which = '']: RegExpExecArray) {
      const at = placeOf(name, place, which)
      block =
        tally.tests.find(
          (test, index) =>
            index >= runStart &&
            test.outcome === 'failed' &&
            test.message === '' &&
            test.name === at.name &&
            test.suite === at.suite,
        ) ?? tally.add({ ...at, outcome: 'failed' })
    }

    function sumUp(line: string) {
      const { count, line: said } = ran!
      ran = undefined
      open = undefined
      const parts = new Map(
        [...(END.exec(line)?.[1] ?? '').matchAll(/([a-z ]+)=(\d+)/g)].map(
          ([, what = '', number]) => [what.trim(), Number(number)],
        ),
      )
      const of = (what: string) => parts.get(what) ?? 0
      const failed = of('failures') + of('errors') + of('unexpected successes')
      const skipped = of('skipped') + of('expected failures')
      const setUps = tally.tests.slice(runStart).filter(({ name }) => SET_UP.test(name)).length
      const passed = Math.max(0, count + setUps - failed - skipped)
      tally.sumUp({ passed, failed, skipped }, said)
      runStart = tally.tests.length
    }
  },
}

function placeOf(name: string, place: string, which: string) {
  const suite = place.endsWith(`.${name}`) ? place.slice(0, -name.length - 1) : place
  return { suite, name: `${name}${which.trimEnd()}` }
}

function outcomeOf(result: string): TestOutcome {
  if (result === 'ok') return 'passed'
  return result.startsWith('skipped') || result === 'expected failure' ? 'skipped' : 'failed'
}
