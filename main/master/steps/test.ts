import type { TestStep } from '../config/model.ts'
import type { TestCounts, TestResult } from '../model.ts'
import { FAILURE, SUCCESS } from '../results.ts'
import { type FoundTest, readJunit } from './junit.ts'
import { judge, runCommand } from './shell.ts'
import type { RunStep, StepContext } from './step.ts'
import { createTapReader } from './tap.ts'
import { findFiles } from './upload.ts'

// Where the usual tools leave them.
const USUAL_PLACES = [
  '{junit,test-results,test-report,TEST-results}.xml',
  '{test-results,test-reports,reports,junit}/**/*.xml',
  '**/target/surefire-reports/*.xml',
  '**/build/test-results/**/*.xml',
]
const LARGEST_REPORT_BYTES = 64 * 1024 * 1024
// Clocks of file systems are coarse.
const SLACK_S = 2

/** A shell step that also reads TAP from the output and JUnit XML files into test results. */
export const runTestStep: RunStep<TestStep> = async (config, context) => {
  const tap = createTapReader()
  const outcome = await runCommand(config, context, bytes => tap.write(bytes))
  const end = judge(outcome, config)
  const found = [...tap.end(), ...(await readReports(config, context))]
  if (found.length === 0) return end

  const counts = count(found)
  const stepId = context.step.id
  context.data.addTestResults(
    stepId,
    counts,
    found.map((test): TestResult => ({ ...test, stepId })),
  )
  const text = describe(counts)
  // A tool that exits with 0 although a test failed does not make the build green.
  if (counts.failed > 0) return { results: FAILURE, text }
  return end.results === SUCCESS ? { results: SUCCESS, text } : end
}

function count(tests: readonly FoundTest[]): TestCounts {
  const of = (outcome: FoundTest['outcome']) =>
    tests.filter(test => test.outcome === outcome).length
  return { passed: of('passed'), failed: of('failed'), skipped: of('skipped') }
}

function describe({ passed, failed, skipped }: TestCounts): string {
  const total = passed + failed + skipped
  if (failed > 0) return `${failed} of ${total} tests failed`
  return `${passed} ${passed === 1 ? 'test' : 'tests'} passed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

async function readReports(config: TestStep, context: StepContext): Promise<FoundTest[]> {
  const patterns = config.junit ?? USUAL_PLACES
  const tests: FoundTest[] = []
  const seen = new Set<string>()
  for (const pattern of patterns.map(context.fill))
    for (const file of await findFiles(context, pattern)) {
      if (seen.has(file) || file.includes('node_modules/')) continue
      seen.add(file)
      const text = await fetchReport(context, file, config.junit === null)
      if (text === undefined) continue
      const read = readJunit(text)
      if (read.tests) tests.push(...read.tests)
      else if (config.junit) await context.note(`${file}: ${read.problem}\n`)
    }
  return tests
}

// In the usual places, only what this step wrote counts: an old report must not speak for a new build.
async function fetchReport(
  context: StepContext,
  file: string,
  onlyFresh: boolean,
): Promise<string | undefined> {
  const path = `${context.workdir}/${file}`
  if (onlyFresh) {
    const { stat } = await context.run('stat', { path })
    const modifiedAtS = stat?.[8] ?? 0
    if (modifiedAtS < context.step.startedAt / 1000 - SLACK_S) return undefined
  }
  const parts: Uint8Array[] = []
  const { rc } = await context.run(
    'upload_file',
    { path, blocksize: 256 * 1024, maxsize: LARGEST_REPORT_BYTES },
    // A copy: the bytes are a window into the message.
    { onUpload: async bytes => void parts.push(new Uint8Array(bytes)) },
  )
  return rc === 0 ? Buffer.concat(parts).toString('utf8') : undefined
}
