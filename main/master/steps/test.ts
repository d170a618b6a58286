import type { TestStep } from '../config/model.ts'
import type { TestCounts } from '../model.ts'
import { EXCEPTION, SUCCESS } from '../results.ts'
import { judge, runCommand } from './shell.ts'
import type { RunStep, StepEnd } from './step.ts'
import { collectReports, markStepStart } from './tests/collect-reports.ts'
import { totalOf } from './tests/found.ts'
import { judgeTests } from './tests/verdict.ts'

/** A shell step that also reads results of tests, from its output and from report files. */
export const runTestStep: RunStep<TestStep> = async (config, context) => {
  const patterns = config.junit?.map(context.fill)
  const reading = context.testReader.open(patterns !== undefined)
  let trouble: Error | undefined
  // The command goes on where its output can't be read.
  const attempt = (work: Promise<void>) =>
    work.catch((error: Error) => {
      trouble ??= error
    })
  try {
    const mark = patterns ? undefined : await markStepStart(context)
    const outcome = await runCommand(config, context, (stream, bytes) =>
      attempt(reading.output(stream, bytes)),
    )
    const cut = outcome.failureReason !== null || outcome.rc < 0
    const command = { ...judge(outcome, config), cut }
    const reports = await collectReports(context, patterns, mark, (path, bytes, last) =>
      attempt(reading.report(path, bytes, last)),
    )
    if (trouble) return unread(command, trouble)
    const read = await reading.end()
    const summary = { ...read, hints: [...reports.hints, ...read.hints] }
    await keep(summary.counts)
    const { notes, ...end } = judgeTests(command, summary, reports.troubles)
    for (const line of notes) await context.note(`${line}\n`)
    return end
  } finally {
    reading.close()
  }

  // After each batch others have their turn. A master that goes on with the step begins anew.
  async function keep(counts: TestCounts) {
    const { data, step } = context
    data.clearTestResults(step.id)
    for await (const batch of reading.batches()) data.addTestResults(step.id, batch)
    if (totalOf(counts) > 0) data.setTestCounts(step.id, counts)
  }

  async function unread(command: StepEnd, { message }: Error): Promise<StepEnd> {
    const text = `the results of its tests could not be read: ${message}`
    await context.note(`${text}\n`)
    return command.results === SUCCESS ? { results: EXCEPTION, text } : command
  }
}
