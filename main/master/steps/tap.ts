import { Parser } from 'tap-parser'
import type { FoundTest } from './junit.ts'

export interface TapReader {
  write(bytes: Uint8Array): void
  /** What was found; nothing when the output was not TAP. */
  end(): FoundTest[]
}

const LONGEST_MESSAGE = 4000

/** Reads the Test Anything Protocol out of a program's output, subtests included. */
export function createTapReader(): TapReader {
  const decoder = new TextDecoder()
  const tests: FoundTest[] = []
  let parser: Parser | undefined
  let head = ''
  let decided = false

  return {
    write(bytes) {
      if (decided && !parser) return
      const text = decoder.decode(bytes, { stream: true })
      if (parser) return void parser.write(text)
      head += text
      decide(false)
    },
    end() {
      decide(true)
      parser?.end()
      return tests
    },
  }

  // TAP says so in its first line; other output is not parsed at all.
  function decide(atEnd: boolean) {
    if (decided) return
    const start = /^(TAP version \d+|\d+\.\.\d+)\s*$/m.exec(head)
    if (start) {
      decided = true
      parser = new Parser()
      listen(parser, [])
      parser.write(head.slice(start.index))
    } else if (atEnd || head.length > 64 * 1024) decided = true
    if (decided) head = ''
  }

  function listen(level: Parser, suites: readonly string[]) {
    // Subtests that have not been summed up.
    const children = new Set<string>()
    level.on('child', (child: Parser) => {
      children.add(child.name)
      listen(child, [...suites, child.name])
    })
    level.on('assert', assert => {
      // The line that sums up a subtest is not a test of its own.
      const { diag } = assert
      if (children.delete(assert.name)) return
      tests.push({
        suite: suites.filter(Boolean).join(' > '),
        name: assert.name || `test ${assert.id}`,
        outcome: assert.skip || assert.todo ? 'skipped' : assert.ok ? 'passed' : 'failed',
        durationMs: typeof assert.time === 'number' ? assert.time : (diag?.duration_ms ?? null),
        message: assert.ok ? '' : describe(diag),
      })
    })
  }
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
