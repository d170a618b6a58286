import { RUNNER_OPTIONS } from '../../runner-options.ts'
import { createGoPackages } from './go-packages.ts'
import type { Runner } from './runner.ts'

const MARK = /^=== (RUN|PAUSE|CONT|NAME)\s+(\S+)$/
// What a test prints without a line end stands before it.
const RESULT = /--- (PASS|FAIL|SKIP): (\S+) \((\d+\.\d+)s\)$/
const PACKAGE = /^(ok {2}|FAIL|\? {3}|)\t(\S+)(?:\t(.*)| (\[.*))$/

/** `go test`, whose packages name all their tests with `-v`. */
export const go: Runner = {
  name: 'go test',
  option: RUNNER_OPTIONS.go,
  start() {
    const packages = createGoPackages()
    let speaking: string | undefined

    return {
      line(line) {
        const mark = MARK.exec(line)
        if (mark) {
          speaking = mark[1] === 'PAUSE' ? undefined : mark[2]
          return
        }
        const result = RESULT.exec(line)
        if (result) {
          const [, word, name = '', seconds] = result
          const outcome = word === 'PASS' ? 'passed' : word === 'SKIP' ? 'skipped' : 'failed'
          packages.test(name, outcome, Number(seconds) * 1000)
          // Without `-v` the reason follows.
          speaking = word === 'FAIL' ? name : undefined
          return
        }
        const over = PACKAGE.exec(line)
        if (!over) {
          if (speaking !== undefined && line !== 'FAIL') packages.said(speaking, line)
          return
        }
        speaking = undefined
        const [, word = '', name = '', said, state] = over
        const rest = said ?? state ?? line
        const end = /\[no test(s to run| files)\]/.test(line) || !word.trim() ? 'empty' : 'passed'
        packages.close(name, word === 'FAIL' ? 'failed' : end, rest)
      },
      end: packages.found,
    }
  },
}
