import { type FinalResults, Parser, type Result } from 'tap-parser'
import type { TestOutcome } from '../../model.ts'
import {
  type Found,
  type FoundTest,
  LONGEST_MESSAGE,
  NO_TESTS,
  several,
  type Trouble,
} from './found.ts'
import type { LineTaker } from './line-taker.ts'

const VERSION = /^TAP version \d+\s*$/i
// The oldest producers name in the plan what is still to do.
const PLAN = /^1\.\.(\d+)(?:\s+todo((?:\s+\d+)+)\s*;?)?\s*(#.*)?$/
const POINT = /^(not )?ok(?: (\d+))?(?=\s|$)/
// `prove -v` and others write an `ok` of their own below the tests of a file.
const BARE_OK = /^ok(?!\s+(\d|-))/
// Comments that say nothing of the test above them: of the next subtest, and of all tests at the end.
const SUMS_UP = /^(?:Subtest|(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms)\s+\d)/
// Tests without numbers in front of their plan, which says whether they are any.
const MOST_WAITING = 10_000

/**
 * Reads the Test Anything Protocol out of a program's output, subtests included: any number of documents, wherever they
 * begin. A document begins with a version, a plan or a numbered test; without one of the first two, only what looks like
 * a list of tests is taken for one.
 */
export function createTapReader(): LineTaker {
  const tests: FoundTest[] = []
  const troubles: Trouble[] = []
  let zero: string | undefined
  let document: TapDocument | undefined
  let waiting: string[] = []

  return {
    line(line) {
      if (begins(line)) {
        finish()
        document = openDocument()
        const planned = Number(PLAN.exec(line)?.[1])
        if (planned === waiting.length) for (const point of waiting) document.line(point)
        waiting = []
      }
      if (document) document.line(line)
      else if (waiting.length < MOST_WAITING && POINT.test(line)) waiting.push(line)
    },
    end(): Found {
      finish()
      return { tests, unnamed: NO_TESTS, troubles, zero }
    },
  }

  function begins(line: string): boolean {
    if (VERSION.test(line)) return !document?.empty
    if (PLAN.test(line)) return !document || document.planned
    const point = POINT.exec(line)
    if (!point?.[2]) return false
    return !document || (Number(point[2]) === 1 && document.complete)
  }

  function finish() {
    const found = document?.end()
    document = undefined
    // One by one: a list of arguments has a limit.
    for (const test of found?.tests ?? []) tests.push(test)
    troubles.push(...(found?.troubles ?? []))
    zero ??= found?.zero
  }
}

interface TapDocument {
  /** Nothing but a version so far. */
  readonly empty: boolean
  readonly planned: boolean
  /** All tests of the plan have come. */
  readonly complete: boolean
  line(line: string): void
  end(): Omit<Found, 'unnamed'> | undefined
}

/** What a subtest knows of itself until the line that sums it up has come. */
interface Level {
  readonly name: string
  readonly parent: Level | undefined
  readonly children: Map<string, Level>
  failed: number
  /** The plan was not kept. */
  short: string | undefined
}

function openDocument(): TapDocument {
  const parser = new Parser()
  const tests: { -readonly [K in keyof FoundTest]: FoundTest[K] }[] = []
  const troubles: Trouble[] = []
  let version = false
  let planned: number | undefined
  let planLine = ''
  // The parser takes no tests after a plan that did not come first.
  let latePlan = ''
  let todo: ReadonlySet<string> = new Set()
  let points = 0
  const numbers = new Set<number>()
  let twice: number | undefined
  let results: FinalResults | undefined
  listen(parser, openLevel('', undefined))
  parser.on('complete', complete => {
    results = complete
  })

  const document: TapDocument = {
    get empty() {
      return planned === undefined && points === 0
    },
    get planned() {
      return planned !== undefined
    },
    get complete() {
      return planned !== undefined && points >= planned
    },
    line(line) {
      const plan = PLAN.exec(line)
      if (plan) {
        const [, count, toDo, comment] = plan
        planned = Number(count)
        planLine = line.trim()
        todo = new Set(toDo?.trim().split(/\s+/))
        // The parser wants a blank before a comment and none at the end.
        const bare = `1..${count}${comment ? ` ${comment.trimEnd()}` : ''}\n`
        if (points > 0) latePlan = bare
        else parser.write(bare)
        return
      }
      if (VERSION.test(line)) version = true
      if (document.complete && BARE_OK.test(line)) return
      const point = POINT.exec(line)
      if (point) points++
      if (point?.[2]) {
        const number = Number(point[2])
        if (numbers.has(number)) twice ??= number
        numbers.add(number)
      }
      parser.write(point && todo.has(point[2] ?? '') ? `${line} # TODO\n` : `${line}\n`)
    },
    end() {
      parser.write(latePlan)
      parser.end()
      if (!results) return undefined
      const { bailout, count } = results
      const bad = tests.some(({ outcome }) => outcome === 'failed')
      const named = version || (planned !== undefined && points > 0)
      // Without version and plan, one good line is no list of tests.
      if (!named && bailout === false && numbers.size < 2 && !bad) return undefined
      if (bailout !== false)
        troubles.push({
          grave: true,
          text: `the tests were given up: ${typeof bailout === 'string' ? bailout : 'Bail out!'}`,
        })
      else if (planned === undefined && (points > 0 || version))
        troubles.push({
          grave: true,
          text: `the plan is missing after ${several(count, 'test')}: the TAP output was cut short`,
        })
      else if (planned !== undefined && count < planned)
        troubles.push({ grave: true, text: `${several(planned, 'test')} planned, ${count} ran` })
      else if (planned !== undefined && points > planned)
        troubles.push({ grave: true, text: `${several(planned, 'test')} planned, ${points} ran` })
      // Where one number comes twice another never came, however well the counts fit.
      else if (twice !== undefined)
        troubles.push({ grave: true, text: `test number ${twice} came more than once` })
      return { tests, troubles, ...(planned === 0 && points === 0 && { zero: planLine }) }
    },
  }
  return document

  function listen(parser: Parser, level: Level) {
    let last: (typeof tests)[number] | undefined
    parser.on('child', (child: Parser) => {
      const inner = openLevel(child.name, level)
      level.children.set(child.name, inner)
      listen(child, inner)
      child.on('complete', ({ count, plan, bailout }) => {
        if (!bailout && plan.end !== null && count !== plan.end && !plan.skipAll)
          inner.short = `${several(plan.end, 'test')} planned in "${inner.name}", ${count} ran`
      })
    })
    parser.on('assert', assert => {
      last = undefined
      const summedUp = level.children.get(assert.name)
      if (summedUp) {
        level.children.delete(assert.name)
        if (summedUp.short) troubles.push({ grave: true, text: summedUp.short })
        // The line that sums up a subtest is a test of its own only where it failed and nothing in it did.
        if (assert.ok || assert.todo || assert.skip || summedUp.failed > 0) return
      }
      const outcome = outcomeOf(assert)
      if (outcome === 'failed')
        for (let at: Level | undefined = level; at; at = at.parent) at.failed++
      last = {
        suite: pathOf(level),
        name: assert.name || `test ${assert.id}`,
        outcome,
        durationMs: typeof assert.time === 'number' ? assert.time : duration(assert.diag),
        message: assert.ok ? '' : describe(assert.diag),
      }
      tests.push(last)
    })
    // Comments below a failed test say why, where the producer writes no YAML.
    parser.on('comment', comment => {
      const said = comment.trim().replace(/^# ?/, '')
      if (last?.outcome !== 'failed' || SUMS_UP.test(said)) return
      last.message = `${last.message}${last.message && '\n'}${said}`.slice(0, LONGEST_MESSAGE)
    })
  }
}

function openLevel(name: string, parent: Level | undefined): Level {
  return { name, parent, children: new Map(), failed: 0, short: undefined }
}

function pathOf(level: Level): string {
  const names: string[] = []
  for (let at: Level | undefined = level; at; at = at.parent) if (at.name) names.unshift(at.name)
  return names.join(' > ')
}

function outcomeOf({ ok, skip, todo }: Result): TestOutcome {
  return skip || todo ? 'skipped' : ok ? 'passed' : 'failed'
}

function duration(diag: Record<string, unknown> | undefined): number | null {
  const ms = diag?.duration_ms
  return typeof ms === 'number' && Number.isFinite(ms) ? ms : null
}

function describe(diag: Record<string, unknown> | undefined): string {
  if (!diag) return ''
  const { error, message, stack, expected, actual } = diag
  const lines = [
    error ?? message,
    expected !== undefined && `expected: ${JSON.stringify(expected)}`,
  ]
  lines.push(actual !== undefined && `actual: ${JSON.stringify(actual)}`, stack)
  return lines.filter(Boolean).map(String).join('\n').slice(0, LONGEST_MESSAGE)
}
