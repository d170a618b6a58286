import { RUNNER_OPTIONS } from '../../runner-options.ts'
import { createTally, type Named, type Runner, say } from './runner.ts'

const TEST =
  /^ {2}(Passed|Failed|Skipped|√|X|!) (\S.*?)(?: \[(?:< )?(\d+(?:\.\d+)?) ?(ms|s|m)[^\]]*\])?$/
const SHORT =
  /^(?:Passed|Failed|Skipped)! +- Failed: +(\d+), Passed: +(\d+), Skipped: +(\d+), Total: +(\d+)/
const MODERN =
  /^(?:Test|Build) summary: total: (\d+), failed: (\d+), succeeded: (\d+), skipped: (\d+)/
const TOTAL = /^Total tests: (\d+)/
const PART = /^ +(Passed|Failed|Skipped): (\d+)$/
const NONE = /No test (is available in|matches the given testcase filter)/
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 }

/** `dotnet test`. */
export const dotnet: Runner = {
  name: 'dotnet test',
  option: RUNNER_OPTIONS.dotnet,
  start() {
    const tally = createTally()
    let counts:
      | { total: number; Passed: number; Failed: number; Skipped: number; line: string }
      | undefined
    let why: Named | undefined
    let none: string | undefined
    // The tests of a project come before what it sums up.
    let begun = false

    return {
      line(line) {
        const short = SHORT.exec(line)
        if (short) return sumUp(Number(short[2]), Number(short[1]), Number(short[3]), line)
        const modern = MODERN.exec(line)
        if (modern) return sumUp(Number(modern[3]), Number(modern[2]), Number(modern[4]), line)
        const total = TOTAL.exec(line)
        if (total) {
          counts = { total: Number(total[1]), Passed: 0, Failed: 0, Skipped: 0, line }
          return
        }
        const part = counts && PART.exec(line)
        if (part) {
          counts![part[1] as 'Passed' | 'Failed' | 'Skipped'] = Number(part[2])
          return
        }
        if (counts) finish()
        if (NONE.test(line)) none ??= line.trim()
        if (/^(Test run for |Starting test execution|A total of \d+ test)/.test(line)) begun = true
        const test = begun ? TEST.exec(line) : null
        if (test) take(test)
        else if (line === '') why = undefined
        else if (why && !/^ {2}(Error Message|Stack Trace):$/.test(line)) say(why, line)
      },
      end() {
        finish()
        return {
          ...tally.found(),
          zero: tally.found().zero ?? (tally.tests.length === 0 ? none : undefined),
        }
      },
    }

    function take([, word = '', full = '', time, unit = '']: RegExpExecArray) {
      const outcome = /^(Passed|√)$/.test(word)
        ? 'passed'
        : /^(Failed|X)$/.test(word)
          ? 'failed'
          : 'skipped'
      const durationMs = time === undefined ? null : Number(time) * UNITS[unit]!
      const added = tally.add({ ...placeOf(full), outcome, durationMs })
      why = outcome === 'failed' ? added : undefined
    }

    function finish() {
      if (!counts) return
      const { Passed, Failed, Skipped, line } = counts
      counts = undefined
      sumUp(Passed, Failed, Skipped, line)
    }

    function sumUp(passed: number, failed: number, skipped: number, line: string) {
      tally.sumUp({ passed, failed, skipped }, line)
      why = undefined
      begun = false
    }
  },
}

/** `Space.Class.Method(1, "a.b")` */
function placeOf(full: string) {
  const bracket = full.indexOf('(')
  const at = full.lastIndexOf('.', bracket < 0 ? undefined : bracket)
  return at <= 0 ? { name: full } : { suite: full.slice(0, at), name: full.slice(at + 1) }
}
