import { afterAll, afterEach, beforeEach } from 'vitest'
import { beginTest, runEndings } from './cleanup.ts'

// A rejection that nobody handles is a bug, also when the test that caused it is content.
const unhandled: unknown[] = []
const keep = (reason: unknown) => unhandled.push(reason)
process.on('unhandledRejection', keep)

function failOnUnhandled() {
  const [reason] = unhandled.splice(0)
  if (reason !== undefined) throw new Error('A rejection was not handled.', { cause: reason })
}

beforeEach(beginTest)
afterEach(async () => {
  await runEndings('test')
  failOnUnhandled()
})
afterAll(async () => {
  await runEndings('file')
  process.off('unhandledRejection', keep)
  failOnUnhandled()
})
