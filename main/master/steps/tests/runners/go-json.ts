import { addCounts, type Found, NOTHING_FOUND, type Trouble } from '../found.ts'
import { createGoPackages, type GoPackages } from './go-packages.ts'
import type { Runner } from './runner.ts'

interface Event {
  readonly Action?: unknown
  readonly Package?: unknown
  readonly Test?: unknown
  readonly Elapsed?: unknown
  readonly Output?: unknown
}

const OUTCOMES = { pass: 'passed', fail: 'failed', skip: 'skipped' } as const

/** `go test -json`, and `go tool test2json`. */
export const goJson: Runner = {
  name: 'go test -json',
  start() {
    // Packages run side by side.
    const open = new Map<string, { readonly packages: GoPackages; empty: string | undefined }>()
    const done: Found[] = []

    return {
      line(line) {
        if (!line.startsWith('{"') || !line.includes('"Action":')) return
        const event = parse(line)
        if (event) take(event)
      },
      end() {
        const all = [...done, ...[...open.values()].map(({ packages }) => packages.found())]
        return all.reduce(
          (sum, one) => ({
            tests: [...sum.tests, ...one.tests],
            unnamed: addCounts(sum.unnamed, one.unnamed),
            troubles: sum.troubles,
            zero: sum.zero ?? one.zero,
            uncounted: sum.uncounted ?? one.uncounted,
          }),
          (open.size === 0 ? NOTHING_FOUND : { ...NOTHING_FOUND, troubles: [cutShort()] }) as Found,
        )
      },
    }

    function cutShort(): Trouble {
      const [name] = open.keys()
      const text = `${name} began and did not end: the output of go test -json was cut short`
      return { grave: true, text }
    }

    function take({
      Action: action,
      Package: name,
      Test: test,
      Elapsed: elapsed,
      Output: output,
    }: Event) {
      if (typeof action !== 'string' || typeof name !== 'string') return
      const one = open.get(name) ?? { packages: createGoPackages(), empty: undefined }
      open.set(name, one)
      const outcome = OUTCOMES[action as keyof typeof OUTCOMES]
      if (typeof test === 'string') {
        if (outcome) one.packages.test(test, outcome, Number(elapsed ?? 0) * 1000)
        else if (
          action === 'output' &&
          typeof output === 'string' &&
          !/^\s*(===|---) /.test(output)
        )
          one.packages.said(test, output)
      } else if (action === 'output' && typeof output === 'string') {
        if (/\[no tests? (to run|files)\]/.test(output)) one.empty = output
      } else if (outcome) {
        const end = one.empty !== undefined || outcome === 'skipped' ? 'empty' : outcome
        one.packages.close(
          name,
          outcome === 'failed' ? 'failed' : end,
          one.empty ?? 'no test files',
        )
        done.push(one.packages.found())
        open.delete(name)
      }
    }
  },
}

function parse(line: string): Event | undefined {
  try {
    return JSON.parse(line) as Event
  } catch {
    // Something else that looks like it.
    return undefined
  }
}
