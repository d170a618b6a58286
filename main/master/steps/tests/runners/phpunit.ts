import type { TestOutcome } from '../../../model.ts'
import { RUNNER_OPTIONS } from '../../runner-options.ts'
import { createTally, type Named, type Runner, say } from './runner.ts'

const BEGIN = /^PHPUnit \d+\.\d+.* by Sebastian Bergmann/
const DOX = /^ ([✔✘↩∅☢⚠]) (.+?)(?: \[\d+(?:\.\d+)? ms\])?$/u
const DOX_CLASS = /^(\S.*?)(?: \(([\w\\]+)\))?$/
const DOX_WHY = /^ +[│┐├┊┴╵] ?(.*)$/u
const SECTION = /^There (?:was|were) \d+ (.+?)s?:$/
const NUMBERED = /^\d+\) (\S+?)::(.+)$/
const OK = /^OK \((\d+) tests?, \d+ assertions?\)$/
const END = /^Tests: (\d+), Assertions: \d+(.*)\.$/
const OUTCOMES: Readonly<Record<string, TestOutcome>> = {
  '✔': 'passed',
  '✘': 'failed',
  '↩': 'skipped',
  '∅': 'skipped',
  '☢': 'passed',
  '⚠': 'passed',
}

export const phpunit: Runner = {
  name: 'PHPUnit',
  option: RUNNER_OPTIONS.phpunit,
  start() {
    const tally = createTally()
    let begun = false
    let suite = ''
    let dox = false
    let section = ''
    let why: Named | undefined

    return {
      line(line) {
        if (BEGIN.test(line)) {
          begun = true
          dox = false
          section = ''
          return
        }
        if (!begun) return
        const ok = OK.exec(line)
        const end = END.exec(line)
        if (ok) sumUp({ passed: Number(ok[1]), failed: 0, skipped: 0 }, line)
        else if (end) sumUp(countsOf(Number(end[1]), end[2]!), line)
        else if (line === 'No tests executed!') sumUp({ passed: 0, failed: 0, skipped: 0 }, line)
        else readLine(line)
      },
      end: () => tally.found(),
    }

    function readLine(line: string) {
      const head = SECTION.exec(line)
      if (head) {
        section = head[1]!
        why = undefined
        return
      }
      const test = DOX.exec(line)
      if (test) {
        dox = true
        const added = tally.add({ suite, name: test[2]!, outcome: OUTCOMES[test[1]!]! })
        why = added.outcome === 'failed' ? added : undefined
        return
      }
      const said = DOX_WHY.exec(line)
      if (said) return void (why && said[1] && say(why, said[1]))
      const numbered = NUMBERED.exec(line)
      // With the option they have been named already.
      if (numbered && !dox && (section === 'failure' || section === 'error'))
        why = tally.add({ suite: numbered[1]!, name: numbered[2]!, outcome: 'failed' })
      else if (numbered || line === '--') why = undefined
      else if (section === '') {
        const title = line === '' ? null : DOX_CLASS.exec(line)
        if (title) suite = title[2] ?? title[1]!
      } else if (why) say(why, line)
    }

    function sumUp(claimed: Parameters<typeof tally.sumUp>[0], line: string) {
      tally.sumUp(claimed, line)
      begun = false
      why = undefined
    }
  },
}

function countsOf(total: number, text: string) {
  const of = (word: string) => Number(new RegExp(`, ${word}: (\\d+)`).exec(text)?.[1] ?? 0)
  const failed = of('Errors') + of('Failures')
  const skipped = of('Skipped') + of('Incomplete')
  return { passed: Math.max(0, total - failed - skipped), failed, skipped }
}
