import { type MessagePort, type ResourceLimits, Worker } from 'node:worker_threads'
import type { AsyncStop } from './model.ts'
import { workerFile } from './worker-file.ts'

interface ToThread<Question> {
  readonly id: number
  readonly question: Question
}
type FromThread = { readonly id: number } & (
  | { readonly answer: unknown }
  | { readonly error: string }
)

export interface AskLimit {
  readonly ms: number
  /** What is said to whoever asked, when it takes longer. */
  readonly tooLong: string
}

export interface ThreadAsker<Question> {
  ask(question: Question, limit?: AskLimit): Promise<unknown>
  stop: AsyncStop
}

interface Asked<Question> {
  readonly question: Question
  resolve(answer: unknown): void
  reject(error: Error): void
}

/**
 * Asks a thread that the first question starts. When it dies, or an answer takes
 * longer than its limit, the next question starts another.
 *
 * @param module As `workerFile` takes it. What it evaluates calls `answerQuestions`.
 */
export function openThreadAsker<Question>(
  module: string,
  workerData: unknown,
  resourceLimits: ResourceLimits = {},
): ThreadAsker<Question> {
  const waiting = new Map<number, Asked<Question>>()
  let thread: Worker | undefined
  let lastId = 0
  let stopped = false

  return {
    ask(question, limit) {
      if (stopped) return Promise.reject(stopping())
      const id = ++lastId
      return new Promise((resolve, reject) => {
        const timer = limit && setTimeout(() => giveUp(id, limit.tooLong), limit.ms)
        const settled =
          <A>(then: (argument: A) => void) =>
          (argument: A) => {
            clearTimeout(timer)
            then(argument)
          }
        waiting.set(id, { question, resolve: settled(resolve), reject: settled(reject) })
        post(id, question)
      })
    },
    async stop() {
      stopped = true
      await thread?.terminate()
      fail(stopping())
    },
  }

  function post(id: number, question: Question) {
    thread ??= open()
    thread.postMessage({ id, question } satisfies ToThread<Question>)
  }

  function open(): Worker {
    const opened = new Worker(workerFile(module), { workerData, resourceLimits })
    // Looking must not keep a master alive that has nothing else to do.
    opened.unref()
    opened.on('message', (message: FromThread) => {
      const asked = waiting.get(message.id)
      waiting.delete(message.id)
      if ('error' in message) asked?.reject(new Error(message.error))
      else asked?.resolve(message.answer)
    })
    opened.on('error', error => {
      if (thread !== opened) return
      thread = undefined
      fail(error as Error)
    })
    return opened
  }

  // Only another thread can end a regular expression. What else was asked is asked again.
  function giveUp(id: number, why: string) {
    const asked = waiting.get(id)
    waiting.delete(id)
    void thread?.terminate()
    thread = undefined
    for (const [other, { question }] of waiting) post(other, question)
    asked?.reject(new Error(why))
  }

  function fail(error: Error) {
    for (const asked of waiting.values()) asked.reject(error)
    waiting.clear()
  }
}

/** The thread's end: answers one question after the other. */
export function answerQuestions<Question>(
  port: MessagePort,
  answer: (question: Question) => {
    readonly answer: unknown
    /** Handed over, not copied. */
    readonly moved?: readonly ArrayBuffer[]
  },
): void {
  port.on('message', ({ id, question }: ToThread<Question>) => {
    try {
      const { answer: answered, moved = [] } = answer(question)
      port.postMessage({ id, answer: answered } satisfies FromThread, [...moved])
    } catch (error) {
      port.postMessage({ id, error: (error as Error).message } satisfies FromThread)
    }
  })
}

function stopping(): Error {
  return new Error('The master is stopping.')
}
