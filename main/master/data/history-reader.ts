// Entry of the thread that looks through the whole history, so that no look, however long, holds up the master.
import { parentPort, workerData } from 'node:worker_threads'
import { answerQuestions } from '../ask-thread.ts'
import { openDatabase } from '../db/database.ts'
import { HISTORY_ANSWERS, type HistoryQuestion } from './history-answers.ts'

export interface ToHistoryReader {
  readonly name: HistoryQuestion
  readonly args: readonly unknown[]
}

const db = openDatabase(workerData.path, { readOnly: true })

answerQuestions(parentPort!, ({ name, args }: ToHistoryReader) => {
  const answer = HISTORY_ANSWERS[name] as (...all: unknown[]) => unknown
  return { answer: answer(db, ...args) }
})
