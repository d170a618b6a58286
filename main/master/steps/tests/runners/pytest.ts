import type { TestOutcome } from '../../../model.ts'
import { RUNNER_OPTIONS } from '../../runner-options.ts'
import { createTally, type Named, type Runner, readCounts, say } from './runner.ts'

const WORD = '(PASSED|FAILED|SKIPPED|XFAIL|XPASS|ERROR)'
// `-v`, with a reason in brackets and how far the run is; pytest-xdist puts the word first.
const VERBOSE = new RegExp(`^(\\S+::.+?) ${WORD}(?: \\(.*\\))?\\s*(?:\\[ *\\d+%\\])?$`)
const SPREAD = new RegExp(`^\\[gw\\d+\\] \\[ *\\d+%\\] ${WORD} (\\S+::.+?)\\s*$`)
// `-rA`, and failures always.
const SUMMARY = /^(PASSED|FAILED|ERROR|XFAIL|XPASS) ((?:\S+\.py|\S+::)\S*(?:\[.*?\])?)(?: - (.*))?$/
const SECTION = /^=+ (.+?) =+$/
const BLOCK = /^_{3,} (?:ERROR (?:at \w+ of|collecting) )?(.+?) _{3,}$/
const END = /^(?:=+ )?(.+?) in \d+(?:\.\d+)?s(?: \([\d:]+\))?(?: =+)?$/

const WORDS = {
  passed: 'passed',
  xpassed: 'passed',
  failed: 'failed',
  error: 'failed',
  errors: 'failed',
  skipped: 'skipped',
  xfailed: 'skipped',
  deselected: 'ignored',
  warning: 'ignored',
  warnings: 'ignored',
  rerun: 'ignored',
  reruns: 'ignored',
  'subtests passed': 'ignored',
} as const

export const pytest: Runner = {
  name: 'pytest',
  option: RUNNER_OPTIONS.pytest,
  start() {
    const tally = createTally()
    let run = new Map<string, Named>()
    const why = new Map<string, Named>()
    let section = ''
    let block: Named | undefined

    return { line, end: () => tally.found() }

    function line(line: string) {
      const end = END.exec(line)
      if (end && sumUp(end[1]!, line)) return
      const title = SECTION.exec(line)
      if (title) {
        block = undefined
        section = title[1]!
      } else if (section === 'FAILURES' || section === 'ERRORS') readBlock(line)
      else readTest(line)
    }

    // Why tests failed comes before the summary, under their names without a file.
    function readBlock(line: string) {
      const head = BLOCK.exec(line)
      if (!head) return void (block && say(block, line))
      block = { suite: '', name: head[1]!, outcome: 'failed', durationMs: null, message: '' }
      why.set(block.name, block)
    }

    function readTest(line: string) {
      const verbose = VERBOSE.exec(line)
      if (verbose) return note(verbose[1]!, verbose[2]!)
      const spread = SPREAD.exec(line)
      if (spread) return note(spread[2]!, spread[1]!)
      const summary = section.startsWith('short test summary') && SUMMARY.exec(line)
      if (summary) note(summary[2]!, summary[1]!, summary[3])
    }

    function note(id: string, word: string, reason = '') {
      const outcome = outcomeOf(word)
      const known = run.get(id)
      if (!known) {
        run.set(id, tally.add({ ...placeOf(id), outcome, message: reason }))
        return
      }
      // A test that passed may still fail when it is torn down.
      if (outcome === 'failed') known.outcome = 'failed'
      if (known.message === '') known.message = reason
    }

    function sumUp(text: string, line: string): boolean {
      const counts =
        text === 'no tests ran'
          ? { passed: 0, failed: 0, skipped: 0 }
          : readCounts(text, ',', WORDS)
      if (!counts) return false
      for (const [id, test] of run)
        if (test.outcome === 'failed') {
          const said = why.get(blockName(id))?.message
          if (said) test.message = said
        }
      tally.sumUp(counts, line.replace(/^=+ | =+$/g, ''))
      run = new Map()
      why.clear()
      section = ''
      block = undefined
      return true
    }
  },
}

function outcomeOf(word: string): TestOutcome {
  if (word === 'PASSED' || word === 'XPASS') return 'passed'
  return word === 'SKIPPED' || word === 'XFAIL' ? 'skipped' : 'failed'
}

/** The names that pytest writes into its own JUnit reports. */
function placeOf(id: string) {
  const [file = '', ...inner] = partsOf(id)
  const module = file.replace(/\.py$/, '').replaceAll('/', '.')
  const name = inner.pop() ?? file
  return { suite: inner.length > 0 || name !== file ? [module, ...inner].join('.') : '', name }
}

function blockName(id: string): string {
  const [file = '', ...inner] = partsOf(id)
  return inner.length > 0 ? inner.join('.') : file
}

// A parameter may hold anything.
function partsOf(id: string): string[] {
  const bracket = id.indexOf('[')
  const parts = (bracket < 0 ? id : id.slice(0, bracket)).split('::')
  if (bracket >= 0) parts[parts.length - 1] += id.slice(bracket)
  return parts
}
