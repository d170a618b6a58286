import { XMLParser } from 'fast-xml-parser'
import type { TestResult } from '../model.ts'

export type FoundTest = Omit<TestResult, 'stepId'>

const LONGEST_MESSAGE = 4000

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#text',
  parseAttributeValue: false,
  parseTagValue: false,
  processEntities: true,
  // This is what reads `&#10;` too.
  htmlEntities: true,
  isArray: name => ['testsuite', 'testcase', 'failure', 'error'].includes(name),
})

type Element = { readonly [key: string]: unknown }

/** Reads a JUnit XML report. Reports differ in detail; what is missing is left empty. */
export function readJunit(
  xml: string,
): { tests: FoundTest[]; problem?: never } | { tests?: never; problem: string } {
  let root: Element
  try {
    root = parser.parse(xml, true)
  } catch (error) {
    // The parser ends its words with `:line:column`.
    const said = (error as Error).message.replace(/:(\d+):\w+$/, ' (line $1)')
    return { problem: `not XML: ${said}` }
  }
  const suites = root.testsuites ?? root
  if (!('testsuites' in root) && !('testsuite' in root)) return { problem: 'not a JUnit report' }
  const tests: FoundTest[] = []
  for (const suite of elements(suites, 'testsuite')) collect(suite, tests)
  return { tests }
}

function collect(suite: Element, tests: FoundTest[]) {
  for (const inner of elements(suite, 'testsuite')) collect(inner, tests)
  for (const test of elements(suite, 'testcase')) {
    const faults = [...elements(test, 'failure'), ...elements(test, 'error')]
    const seconds = Number(test['@time'])
    tests.push({
      suite: String(test['@classname'] ?? suite['@name'] ?? ''),
      name: String(test['@name'] ?? ''),
      outcome: faults.length > 0 ? 'failed' : 'skipped' in test ? 'skipped' : 'passed',
      durationMs: test['@time'] !== undefined && Number.isFinite(seconds) ? seconds * 1000 : null,
      message: faults.map(describe).join('\n').slice(0, LONGEST_MESSAGE),
    })
  }
}

function describe(fault: Element): string {
  const said = fault['@message']
  const text = typeof fault === 'object' ? fault['#text'] : fault
  return [said, text].filter(Boolean).map(String).join('\n')
}

// A tag with text only is parsed to a text, an empty one to ''.
function elements(parent: unknown, name: string): Element[] {
  const found = (parent as Element | null)?.[name]
  if (!Array.isArray(found)) return []
  return found.map(one => (typeof one === 'object' ? one : { '#text': one })) as Element[]
}
