import { openThreadAsker } from '../../ask-thread.ts'
import type { AsyncStop } from '../../model.ts'
import type { FoundTest } from './found.ts'
import type { OutputStream, TestSummary } from './reading.ts'
import type { TestQuestion } from './test-thread.ts'

/** Reads the results of tests on a thread of its own, for all steps that run. */
export interface TestReader {
  /** @param configured The step names its reports. */
  open(configured: boolean): StepReading
  stop: AsyncStop
}

/** The results of one step. Each call resolves once the thread has read what it was given. */
export interface StepReading {
  output(stream: OutputStream, bytes: Uint8Array): Promise<void>
  report(path: string, bytes: Uint8Array, last: boolean): Promise<void>
  end(): Promise<TestSummary>
  /** The tests that have names, in batches. After the end. */
  batches(): AsyncGenerator<readonly FoundTest[]>
  close(): void
}

// So many take the master's own thread a few milliseconds to store.
const BATCH = 200
// A report may name very many tests. The thread must not take the master's memory with it.
const LIMITS = { maxOldGenerationSizeMb: 1536 }

export function openTestReader(): TestReader {
  const asker = openThreadAsker<TestQuestion>('steps/tests/test-thread', undefined, LIMITS)
  let lastId = 0

  return {
    open(configured) {
      const id = ++lastId
      const opened = asker.ask({ id, op: 'open', configured })
      // Whoever asks next is told.
      opened.catch(() => {})
      return {
        async output(stream, bytes) {
          // A copy: a window into a message would take the whole message along.
          await asker.ask({ id, op: 'output', stream, bytes: bytes.slice() })
        },
        async report(path, bytes, last) {
          await asker.ask({ id, op: 'report', path, bytes: bytes.slice(), last })
        },
        end: async () => (await asker.ask({ id, op: 'end' })) as TestSummary,
        async *batches() {
          for (;;) {
            const batch = await asker.ask({ id, op: 'take', count: BATCH })
            if ((batch as readonly FoundTest[]).length === 0) return
            yield batch as readonly FoundTest[]
          }
        },
        close() {
          asker.ask({ id, op: 'close' }).catch(() => {})
        },
      }
    },
    stop: asker.stop,
  }
}
