import { createTally, type Named, type Runner, say } from './runner.ts'

const PASSED = /^( +)[✔✓√] (.+?)(?: \((\d+)ms\))?$/u
const FAILED = /^( +)(\d+)\) (.+)$/
const PENDING = /^( +)- (.+)$/
const GROUP = /^( {2,})(\S.*)$/
const PASSING = /^ {2}(\d+) passing(?: \(.*\))?$/
const COUNT = /^ {2}(\d+) (pending|failing)$/

/** Mocha's reporter `spec`, which it uses when it is asked for no other. */
export const mocha: Runner = {
  name: 'mocha',
  start() {
    const tally = createTally()
    // Until its summary has come it may be another program that writes the same signs.
    let run: { readonly number: string; readonly test: Named }[] = []
    let groups: string[] = []
    let counts: { passing: number; pending: number; failing: number; line: string } | undefined
    let reasons: ReadonlyMap<string, Named> = new Map()
    let why: Named | undefined

    return {
      line(line) {
        const passing = PASSING.exec(line)
        if (passing) {
          sumUp()
          counts = { passing: Number(passing[1]), pending: 0, failing: 0, line }
          return
        }
        const count = counts && COUNT.exec(line)
        if (count) counts![count[2] as 'pending' | 'failing'] = Number(count[1])
        else if (counts && line !== '') {
          sumUp()
          readReason(line)
        } else if (reasons.size > 0 && (line === '' || line.startsWith('  '))) readReason(line)
        else {
          reasons = new Map()
          readLine(line)
        }
      },
      end() {
        sumUp()
        return tally.found()
      },
    }

    function readLine(line: string) {
      const passed = PASSED.exec(line)
      if (passed) return take(passed[1]!, passed[2]!, 'passed', passed[3])
      const failed = FAILED.exec(line)
      if (failed) return take(failed[1]!, failed[3]!, 'failed', undefined, failed[2])
      const pending = PENDING.exec(line)
      if (pending) return take(pending[1]!, pending[2]!, 'skipped')
      const group = GROUP.exec(line)
      if (group) groups = [...groups.slice(0, group[1]!.length / 2 - 1), group[2]!]
    }

    function take(
      indent: string,
      name: string,
      outcome: Named['outcome'],
      ms?: string,
      number = '',
    ) {
      run.push({
        number,
        test: {
          suite: groups.slice(0, Math.floor(indent.length / 2) - 1).join(' > '),
          name,
          outcome,
          durationMs: ms === undefined ? null : Number(ms),
          message: '',
        },
      })
    }

    function sumUp() {
      if (!counts) return
      const { passing, pending, failing, line } = counts
      const claimed = { passed: passing, failed: failing, skipped: pending }
      const failed = new Map<string, Named>()
      for (const outcome of ['passed', 'failed', 'skipped'] as const) {
        const named = run.filter(({ test }) => test.outcome === outcome)
        // Lists that the tests print look the same: names count where their number is right.
        if (named.length > claimed[outcome]) continue
        for (const { number, test } of named) {
          const added = tally.add(test)
          if (outcome === 'failed') failed.set(number, added)
        }
      }
      tally.sumUp(claimed, line)
      reasons = failed
      counts = undefined
      run = []
      groups = []
    }

    function readReason(line: string) {
      const head = /^ {2}(\d+)\) /.exec(line)
      if (head) why = reasons.get(head[1]!)
      else if (why && !(line === '' && why.message === '')) say(why, line)
    }
  },
}
