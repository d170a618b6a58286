import type { TestOutcome } from '../../../model.ts'
import { RUNNER_OPTIONS } from '../../runner-options.ts'
import { createTally, type Named, type Runner, readCounts, say } from './runner.ts'

const FILE = /^(PASS|FAIL) (?:.* )?(\S+\.\w+)(?: \(.*\))?$/
const TEST = /^( +)([✓√✕×○✎]) (?:skipped |todo )?(.+?)(?: \((\d+(?:\.\d+)?) (ms|s)\))?$/u
const GROUP = /^( {2,})([^\s●].*)$/u
const WHY = /^ {2}● (.+)$/u
const END = /^Tests: +(.+), \d+ total$/
const NONE = /^No tests found/
const WORDS = {
  passed: 'passed',
  failed: 'failed',
  skipped: 'skipped',
  pending: 'skipped',
  todo: 'skipped',
} as const
const OUTCOMES: Readonly<Record<string, TestOutcome>> = {
  '✓': 'passed',
  '√': 'passed',
  '✕': 'failed',
  '×': 'failed',
  '○': 'skipped',
  '✎': 'skipped',
}
const NO_TEST = /^(Console$|Deprecation Warning|Validation |Cannot log after)/

export const jest: Runner = {
  name: 'jest',
  option: RUNNER_OPTIONS.jest,
  start() {
    const tally = createTally()
    let run = new Map<string, Named>()
    let file: { readonly name: string; readonly failed: boolean; named: boolean } | undefined
    // The tests of a file stand right below its name, up to an empty line.
    let inTree = false
    let groups: string[] = []
    let why: Named | undefined
    let none: string | undefined

    return {
      line(line) {
        const end = END.exec(line)
        if (end) return sumUp(end[1]!, line)
        if (NONE.test(line)) none ??= line
        const begun = FILE.exec(line)
        if (begun) {
          file = { name: begun[2]!.replace(/^\.\//, ''), failed: begun[1] === 'FAIL', named: false }
          inTree = true
          groups = []
          why = undefined
        } else if (file && inTree) readTree(line)
        else if (file) readReason(line)
      },
      end: () => ({
        ...tally.found(),
        zero: tally.found().zero ?? (tally.tests.length === 0 ? none : undefined),
      }),
    }

    function readTree(line: string) {
      if (line === '') return void (inTree = false)
      if (WHY.test(line)) {
        inTree = false
        return readReason(line)
      }
      const test = TEST.exec(line)
      if (test) {
        const [, indent = '', sign = '', name = '', time, unit] = test
        file!.named = true
        const ms = time === undefined ? null : Number(time) * (unit === 's' ? 1000 : 1)
        note([...groups.slice(0, indent.length / 2 - 1), name], OUTCOMES[sign]!, ms)
        return
      }
      const group = GROUP.exec(line)
      if (group) groups = [...groups.slice(0, group[1]!.length / 2 - 1), group[2]!]
    }

    function readReason(line: string) {
      const head = WHY.exec(line)
      if (!head) return void (why && say(why, line))
      const [, title = ''] = head
      const path = title.split(' › ')
      why = run.get(keyOf(path))
      if (why || !file!.failed || NO_TEST.test(title)) return
      // The names of all its tests are known: this is none of them, unless the file could not be run.
      if (!file!.named || title === 'Test suite failed to run') why = note(path, 'failed', null)
    }

    function note(path: readonly string[], outcome: TestOutcome, durationMs: number | null): Named {
      const added = tally.add({ suite: file!.name, name: path.join(' > '), outcome, durationMs })
      run.set(keyOf(path), added)
      return added
    }

    function keyOf(path: readonly string[]): string {
      return `${file!.name} > ${path.join(' > ')}`
    }

    function sumUp(text: string, line: string) {
      const counts = readCounts(text, ',', WORDS)
      if (!counts) return
      tally.sumUp(counts, line)
      run = new Map()
      file = undefined
      why = undefined
    }
  },
}
