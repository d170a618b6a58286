import { Worker } from 'node:worker_threads'
import type { AsyncStop } from '../model.ts'
import { workerFile } from '../worker-file.ts'
import type { HistoryQuestion, HistoryQuestions } from './history-answers.ts'
import type { FromHistoryReader, ToHistoryReader } from './history-reader.ts'

/** Asks the whole history, on a thread that the first question starts. */
export interface HistoryAsker {
  ask<Q extends HistoryQuestion>(
    question: Q,
    ...args: Parameters<HistoryQuestions[Q]>
  ): Promise<ReturnType<HistoryQuestions[Q]>>
  stop: AsyncStop
}

interface Asked {
  resolve(answer: never): void
  reject(error: Error): void
}

/** @param path Of a history.sqlite that is at this version's schema. */
export function openHistoryAsker(path: string): HistoryAsker {
  const waiting = new Map<number, Asked>()
  let thread: Worker | undefined
  let lastId = 0
  let stopped = false

  return {
    ask(question, ...args) {
      if (stopped) return Promise.reject(new Error('The master is stopping.'))
      const id = ++lastId
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        thread ??= open()
        thread.postMessage({ id, question, args } satisfies ToHistoryReader)
      })
    },
    async stop() {
      stopped = true
      await thread?.terminate()
      fail(new Error('The master is stopping.'))
    },
  }

  function open(): Worker {
    const opened = new Worker(workerFile('data/history-reader'), { workerData: { path } })
    // Looking at history must not keep a master alive that has nothing else to do.
    opened.unref()
    opened.on('message', (message: FromHistoryReader) => {
      const asked = waiting.get(message.id)
      waiting.delete(message.id)
      if ('error' in message) asked?.reject(new Error(message.error))
      else asked?.resolve(message.answer as never)
    })
    // The next question starts another.
    opened.on('error', error => {
      thread = undefined
      fail(error as Error)
    })
    return opened
  }

  function fail(error: Error) {
    for (const asked of waiting.values()) asked.reject(error)
    waiting.clear()
  }
}
