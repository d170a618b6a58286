import { openThreadAsker } from '../ask-thread.ts'
import type { AsyncStop } from '../model.ts'
import type { HistoryQuestion, HistoryQuestions } from './history-answers.ts'
import type { ToHistoryReader } from './history-reader.ts'

/** Asks the whole history, on a thread that the first question starts. */
export interface HistoryAsker {
  ask<Q extends HistoryQuestion>(
    question: Q,
    ...args: Parameters<HistoryQuestions[Q]>
  ): Promise<ReturnType<HistoryQuestions[Q]>>
  stop: AsyncStop
}

/** @param path Of a history.sqlite that is at this version's schema. */
export function openHistoryAsker(path: string): HistoryAsker {
  const { ask, stop } = openThreadAsker<ToHistoryReader>('data/history-reader', { path })
  return { ask: (name, ...args) => ask({ name, args }) as Promise<never>, stop }
}
