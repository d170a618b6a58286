import type { TestOutcome } from '../../../model.ts'
import { RUNNER_OPTIONS } from '../../runner-options.ts'
import { createTally, type Named, type Runner, readCounts, say } from './runner.ts'

const FILE = /^ [✓√❯×↓] (?:\|[^|]+\| )?(\S+\.\w+) \(\d+ tests?\b.*\)/u
const LINE = /^( +)([✓√×↓□❯→]) (.+?)$/u
const TIME = /(?: \((?:retry|repeat) x\d+\))*(?: (\d+(?:\.\d+)?)(ms|s))?(?: \d+ MB heap used)?$/
const FAIL = /^ FAIL {1,2}(?:\|[^|]+\| )?(\S+\.\w+)(?: \[ .* \])?(?: > (.+))?$/
const END = /^ +Tests {2}(.+?)(?: \(\d+\))?$/
const NONE = /^No test files found/
const WORDS = { passed: 'passed', failed: 'failed', skipped: 'skipped', todo: 'skipped' } as const
const OUTCOMES: Readonly<Record<string, TestOutcome>> = {
  '✓': 'passed',
  '√': 'passed',
  '×': 'failed',
  '↓': 'skipped',
  '□': 'skipped',
}

export const vitest: Runner = {
  name: 'vitest',
  option: RUNNER_OPTIONS.vitest,
  start() {
    const tally = createTally()
    let run = new Map<string, Named>()
    let file: string | undefined
    let groups: string[] = []
    let why: Named | undefined
    let none: string | undefined

    return {
      line(line) {
        const end = END.exec(line)
        if (end) return sumUp(end[1]!, line)
        if (NONE.test(line)) none ??= line
        const fail = FAIL.exec(line)
        if (fail) {
          const [, suite = '', name = suite] = fail
          why = note(suite, name, 'failed', null)
        } else if (/^ *⎯+/u.test(line)) why = undefined
        else if (why) say(why, line)
        else readLine(line)
      },
      end: () => ({
        ...tally.found(),
        zero: tally.found().zero ?? (tally.tests.length === 0 ? none : undefined),
      }),
    }

    function readLine(line: string) {
      const whole = FILE.exec(line)
      if (whole) {
        file = whole[1]
        groups = []
        return
      }
      const read = LINE.exec(line)
      if (!read) return
      const [, indent = '', sign = '', text = ''] = read
      const outcome = OUTCOMES[sign]
      // `--reporter=verbose` writes the whole path in each line.
      const path = indent.length === 1 && /^(\S+\.\w+) > (.+)$/.exec(text)
      if (path) {
        if (outcome) addTimed(path[1]!, path[2]!, outcome)
        return
      }
      if (file === undefined || indent.length < 3) return
      const depth = (indent.length - 3) / 2
      if (sign === '❯') groups = [...groups.slice(0, depth), text.replace(/ \(\d+\)$/, '')]
      else if (outcome && outcome === 'passed' && / \(\d+\)$/.test(text))
        groups = [...groups.slice(0, depth), text.replace(/ \(\d+\)$/, '')]
      else if (outcome) addTimed(file, [...groups.slice(0, depth), text].join(' > '), outcome)
    }

    function addTimed(suite: string, text: string, outcome: TestOutcome) {
      const [whole = '', time, unit] = TIME.exec(text)!
      const ms = time === undefined ? null : Number(time) * (unit === 's' ? 1000 : 1)
      note(suite, text.slice(0, text.length - whole.length), outcome, ms)
    }

    // What failed is listed once more, with the reason.
    function note(
      suite: string,
      name: string,
      outcome: TestOutcome,
      durationMs: number | null,
    ): Named {
      const key = `${suite} > ${name}`
      const known = run.get(key)
      if (known) return known
      const added = tally.add({ suite, name, outcome, durationMs })
      run.set(key, added)
      return added
    }

    function sumUp(text: string, line: string) {
      const counts =
        text === 'no tests' ? { passed: 0, failed: 0, skipped: 0 } : readCounts(text, '|', WORDS)
      if (!counts) return
      tally.sumUp(counts, line)
      run = new Map()
      file = undefined
      why = undefined
    }
  },
}
