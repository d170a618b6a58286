import { createTally, type Named, type Runner, readCounts } from './runner.ts'

const TEST =
  /^\s+(PASS|FAIL|LEAK|TIMEOUT|SIG\w+|ABORT|SKIP|FLAKY \d+\/\d+|TRY \d+ \w+) \[[ >]*(\d+\.\d+)s\] (?:\( *\d+\/\d+\) )?(\S+) (.+)$/
const END = /^\s+Summary \[.*\]\s+(?:\d+\/)?\d+ tests? run: (.+)$/
const WORDS = {
  passed: 'passed',
  failed: 'failed',
  'timed out': 'failed',
  skipped: 'skipped',
} as const

/** `cargo nextest run`. */
export const nextest: Runner = {
  name: 'cargo nextest',
  start() {
    const tally = createTally()
    // What failed is listed once more at the end.
    let run = new Map<string, Named>()
    return {
      line(line) {
        const end = END.exec(line)
        if (end) {
          const counts = readCounts(end[1]!.replace(/\([^)]*\)/g, ''), ',', WORDS)
          if (counts) tally.sumUp({ ...counts, skipped: 0 }, line)
          return
        }
        if (/^─+$|^ Nextest run ID/.test(line)) {
          if (line.includes('run ID')) run = new Map()
          return
        }
        const test = TEST.exec(line)
        if (!test || test[1]!.startsWith('TRY')) return
        const [, word = '', seconds, suite = '', name = ''] = test
        const outcome = /^(PASS|LEAK|FLAKY)/.test(word)
          ? 'passed'
          : word === 'SKIP'
            ? 'skipped'
            : 'failed'
        const key = `${suite} ${name}`
        const known = run.get(key)
        if (known) known.outcome = outcome
        else run.set(key, tally.add({ suite, name, outcome, durationMs: Number(seconds) * 1000 }))
      },
      end: () => tally.found(),
    }
  },
}
