// Entry of the thread that looks through the whole history, so that no look, however long, holds up the master.
import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase } from '../db/database.ts'
import { HISTORY_ANSWERS, type HistoryQuestion } from './history-answers.ts'

export interface ToHistoryReader {
  readonly id: number
  readonly question: HistoryQuestion
  readonly args: readonly unknown[]
}
export type FromHistoryReader = { readonly id: number } & (
  | { readonly answer: unknown }
  | { readonly error: string }
)

const port = parentPort!
const db = openDatabase(workerData.path, { readOnly: true })

port.on('message', ({ id, question, args }: ToHistoryReader) => {
  try {
    const answer = HISTORY_ANSWERS[question] as (...all: unknown[]) => unknown
    port.postMessage({ id, answer: answer(db, ...args) } satisfies FromHistoryReader)
  } catch (error) {
    port.postMessage({ id, error: (error as Error).message } satisfies FromHistoryReader)
  }
})
