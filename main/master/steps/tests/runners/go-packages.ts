import type { TestOutcome } from '../../../model.ts'
import { type Found, several } from '../found.ts'
import { createTally, type Named, say } from './runner.ts'

/** The tests of Go packages, as both forms of its output tell them. */
export interface GoPackages {
  test(name: string, outcome: TestOutcome, durationMs: number): void
  said(name: string, line: string): void
  /** A package is over. */
  close(name: string, end: 'passed' | 'failed' | 'empty', line: string): void
  found(): Found
}

export function createGoPackages(): GoPackages {
  const tally = createTally()
  let tests = new Map<string, Named>()
  let passedBlind = 0
  let emptyLine: string | undefined

  return {
    test(name, outcome, durationMs) {
      // A test that is run again counts as it went in the end.
      Object.assign(testOf(name), { outcome, durationMs })
    },
    said: (name, line) => say(testOf(name), line),
    close,
    found() {
      close('', 'passed', '')
      const nothing = tally.tests.length === 0
      const uncounted =
        nothing && passedBlind > 0 ? `${several(passedBlind, 'package')} passed` : undefined
      return {
        ...tally.found({ uncounted }),
        zero: nothing && passedBlind === 0 ? emptyLine : undefined,
      }
    },
  }

  function testOf(name: string): Named {
    const known = tests.get(name)
    if (known) return known
    const test: Named = { suite: '', name, outcome: 'passed', durationMs: null, message: '' }
    tests.set(name, test)
    return test
  }

  function close(name: string, end: 'passed' | 'failed' | 'empty', line: string) {
    const parents = new Map<string, boolean>()
    for (const { name, outcome } of tests.values())
      for (let at = name.lastIndexOf('/'); at > 0; at = name.lastIndexOf('/', at - 1)) {
        const parent = name.slice(0, at)
        parents.set(parent, (parents.get(parent) ?? false) || outcome === 'failed')
      }
    let failed = false
    for (const test of tests.values()) {
      failed ||= test.outcome === 'failed'
      const childFailed = parents.get(test.name)
      // What holds others is a test of its own only where it failed and none of them did.
      if (childFailed !== undefined && (childFailed || test.outcome !== 'failed')) continue
      const message = test.outcome === 'failed' ? test.message : ''
      tally.add({ ...test, suite: name, message })
    }
    if (end === 'failed' && !failed)
      tally.add({ suite: name, name: 'package', outcome: 'failed', message: line.trim() })
    else if (end === 'empty') emptyLine ??= line.trim()
    else if (end === 'passed' && name !== '' && tests.size === 0) passedBlind++
    tests = new Map()
  }
}
