import { createTally, type Named, type Runner, say } from './runner.ts'

const LINE = /^((?: {2})*)([✔✖▶﹣⚠]) (.+?)(?: \((\d+(?:\.\d+)?)ms\))?( # (?:SKIP|TODO)\b.*)?$/u
const COUNT = /^ℹ (tests|pass|fail|cancelled|skipped|todo) (\d+)$/u

/** Node's own test runner, in the form that it writes where nothing else is asked for. */
export const node: Runner = {
  name: 'node --test',
  start() {
    const tally = createTally()
    // Until its summary has come it may be another program that writes the same signs.
    let run: Named[] = []
    let open: { readonly name: string; failed: boolean }[] = []
    let counts: Partial<Record<string, number>> = {}
    let reasons: Named[] | undefined
    let why: Named | undefined

    return {
      line(line) {
        const count = COUNT.exec(line)
        if (count) {
          counts[count[1]!] = Number(count[2])
          if (count[1] === 'todo') sumUp(line)
        } else if (/^✖ failing tests:$/u.test(line)) reasons = tally.tests.filter(isBad)
        else if (reasons) readReason(line)
        else readLine(line)
      },
      end: () => tally.found(),
    }

    function readLine(line: string) {
      const read = LINE.exec(line)
      if (!read) return
      const [, indent = '', sign, name = '', ms, note] = read
      const depth = indent.length / 2
      if (sign === '▶' && ms === undefined) {
        open = [...open.slice(0, depth), { name, failed: false }]
        return
      }
      const closes = open[depth]?.name === name ? open[depth] : undefined
      const around = open.slice(0, depth)
      open = around
      const bad = sign === '✖' && note === undefined
      // The line that ends a group is a test of its own only where it failed and nothing in it did.
      if (closes && (!bad || closes.failed)) return
      for (const group of around) group.failed ||= bad
      run.push({
        suite: around.map(group => group.name).join(' > '),
        name,
        outcome: bad ? 'failed' : note !== undefined || sign === '﹣' ? 'skipped' : 'passed',
        durationMs: ms === undefined ? null : Number(ms),
        message: '',
      })
    }

    function sumUp(line: string) {
      for (const test of run) tally.add(test)
      const { tests = 0, fail = 0, cancelled = 0 } = counts
      // Groups that are tests count there, too; only failures are compared.
      tally.sumUp(
        { passed: 0, failed: fail + cancelled, skipped: 0 },
        tests === 0 ? 'tests 0' : line,
      )
      run = []
      open = []
      counts = {}
    }

    function readReason(line: string) {
      const head = LINE.exec(line)
      if (line === '' || line.startsWith('test at ')) why = undefined
      else if (head?.[2] === '✖')
        why = reasons!.find(test => test.name === head[3] && test.message === '')
      else if (why) say(why, line)
      else if (head) {
        // Another run has begun.
        reasons = undefined
        readLine(line)
      }
    }
  },
}

const isBad = ({ outcome }: Named) => outcome === 'failed'
