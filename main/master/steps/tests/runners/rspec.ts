import { RUNNER_OPTIONS } from '../../runner-options.ts'
import { createTally, type Named, type Runner, say } from './runner.ts'

const END =
  /^(\d+) examples?, (\d+) failures?(?:, (\d+) pending)?(?:, (\d+) errors? occurred outside of examples)?$/
const ENTRY = /^( *)(\S.*?)( \(FAILED - \d+\)| \(PENDING: .*\))?$/
const LONGEST_TREE = 20_000
const LONGEST_ENTRY = 500

interface Entry {
  readonly depth: number
  readonly text: string
  readonly mark: string
}

/** RSpec: its formatters `documentation` and `json`, and the failures of all others. */
export const rspec: Runner = {
  name: 'RSpec',
  option: RUNNER_OPTIONS.rspec,
  start() {
    const tally = createTally()
    let tree: Entry[] = []
    let part: 'tree' | 'failures' | 'other' = 'tree'
    let failures: Named[] = []

    return {
      line(line) {
        if (line.startsWith('{"version":') && readJson(line)) return
        const end = END.exec(line)
        if (end) return sumUp(end, line)
        if (line === 'Failures:') part = 'failures'
        else if (/^(Pending:|Finished in )/.test(line)) part = 'other'
        else if (part === 'failures') readFailure(line)
        else if (part === 'tree' && tree.length < LONGEST_TREE) readEntry(line)
      },
      end: () => tally.found(),
    }

    function readEntry(line: string) {
      const entry = ENTRY.exec(line.slice(0, LONGEST_ENTRY))
      if (entry) tree.push({ depth: entry[1]!.length / 2, text: entry[2]!, mark: entry[3] ?? '' })
    }

    function readFailure(line: string) {
      const head = /^ {2}\d+\) (.+)$/.exec(line)
      if (head)
        failures.push({
          suite: '',
          name: head[1]!,
          outcome: 'failed',
          durationMs: null,
          message: '',
        })
      else if (failures.length > 0 && line !== '') say(failures.at(-1)!, line.trim())
    }

    function sumUp([, examples, failed, pending, outside]: RegExpExecArray, line: string) {
      const bad = Number(failed)
      const skipped = Number(pending ?? 0)
      const named = readTree(tree, Number(examples))
      const why = new Map(failures.map(one => [one.name, one.message]))
      for (const test of named ?? failures)
        tally.add({
          ...test,
          message: why.get(`${test.suite} ${test.name}`.trim()) ?? test.message,
        })
      tally.sumUp(
        {
          passed: Number(examples) - bad - skipped,
          failed: bad + Number(outside ?? 0),
          skipped,
        },
        line,
      )
      tree = []
      failures = []
      part = 'tree'
    }

    function readJson(line: string): boolean {
      let all: unknown
      try {
        all = (JSON.parse(line) as { examples?: unknown }).examples
      } catch {
        return false
      }
      if (!Array.isArray(all)) return false
      for (const example of all as readonly Readonly<Record<string, unknown>>[]) {
        const { description, full_description: full, status, run_time: seconds } = example
        const name = String(description ?? '')
        const { message } = (example.exception ?? {}) as { readonly message?: unknown }
        const whole = String(full ?? name)
        tally.add({
          suite: whole.endsWith(name) ? whole.slice(0, whole.length - name.length).trim() : '',
          name,
          outcome: status === 'passed' ? 'passed' : status === 'pending' ? 'skipped' : 'failed',
          durationMs: typeof seconds === 'number' ? seconds * 1000 : null,
          message: typeof message === 'string' ? message : '',
        })
      }
      tally.sumUp({ passed: 0, failed: 0, skipped: 0 }, '0 examples')
      return true
    }
  },
}

// Examples look like groups: the lines are taken for names where the number of the innermost ones is right.
function readTree(entries: readonly Entry[], examples: number): Named[] | undefined {
  const start = entries.length - lastTree(entries, examples)
  if (examples === 0 || start < 0) return undefined
  const found: Named[] = []
  const groups: string[] = []
  for (let at = start; at < entries.length; at++) {
    const { depth, text, mark } = entries[at]!
    groups.length = Math.min(groups.length, depth)
    if (!isLeaf(entries, at)) groups[depth] = text
    else
      found.push({
        suite: groups.join(' '),
        name: text,
        outcome: mark.startsWith(' (FAILED') ? 'failed' : mark === '' ? 'passed' : 'skipped',
        durationMs: null,
        message: '',
      })
  }
  return found
}

/** How many of the last lines hold that many examples and begin with a group. */
function lastTree(entries: readonly Entry[], examples: number): number {
  let leaves = 0
  for (let at = entries.length - 1; at >= 0; at--) {
    if (isLeaf(entries, at)) {
      if (entries[at]!.depth === 0) break
      leaves++
    } else if (entries[at]!.depth === 0 && leaves === examples) return entries.length - at
    if (leaves > examples) break
  }
  return entries.length + 1
}

function isLeaf(entries: readonly Entry[], at: number): boolean {
  const next = entries[at + 1]
  return next === undefined || next.depth <= entries[at]!.depth
}
