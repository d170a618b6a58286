import { parentPort } from 'node:worker_threads'
import { answerQuestions } from '../../ask-thread.ts'
import { createTestReading, type OutputStream, type TestReading } from './reading.ts'

/** What the master asks of the thread that reads the results of tests. Each step has a reading of its own. */
export type TestQuestion = { readonly id: number } & (
  | { readonly op: 'open'; readonly configured: boolean }
  | { readonly op: 'output'; readonly stream: OutputStream; readonly bytes: Uint8Array }
  | {
      readonly op: 'report'
      readonly path: string
      readonly bytes: Uint8Array
      readonly last: boolean
    }
  | { readonly op: 'end' }
  | { readonly op: 'take'; readonly count: number }
  | { readonly op: 'close' }
)

const readings = new Map<number, TestReading>()

if (parentPort)
  answerQuestions<TestQuestion>(parentPort, question => ({ answer: answer(question) }))

function answer(question: TestQuestion): unknown {
  const { id } = question
  if (question.op === 'open') return void readings.set(id, createTestReading(question.configured))
  if (question.op === 'close') return void readings.delete(id)
  const reading = readings.get(id)
  if (!reading) throw new Error('the thread that read them ended')
  switch (question.op) {
    case 'output':
      return reading.output(question.stream, question.bytes)
    case 'report':
      return reading.report(question.path, question.bytes, question.last)
    case 'end':
      return reading.end()
    case 'take':
      return reading.take(question.count)
  }
}
