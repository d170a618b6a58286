import { readJson } from '../db/json.ts'
import type { Stream } from '../model.ts'

/**
 * Who wrote into a log: the number of a command within its step, from 1; 0 is the
 * master itself. A step that is run again by another master knows by it what is stored.
 */
export type LogSource = number

/**
 * How many bytes of each source and stream a log holds. Stored in the transaction
 * that stores the bytes, so that nothing is lost or doubled by a master that was killed.
 */
export type LogMarks = Readonly<Record<string, number>>

export function markOf(source: LogSource, stream: Stream): string {
  return `${source}:${stream}`
}

/** What is stored of them; none where that is damaged. */
export function toMarks(text: string | null): LogMarks {
  const found = text === null ? null : readJson(text)
  const entries = Object.entries(found ?? {}).filter(([, count]) => Number.isSafeInteger(count))
  return Object.fromEntries(entries) as LogMarks
}
