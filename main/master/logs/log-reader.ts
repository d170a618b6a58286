// Entry of the thread that reads logs.sqlite, so that a search through a huge log never holds up the master.
import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase } from '../db/database.ts'
import type { LogId, Stream } from '../model.ts'
import type { LinesQuery, SearchQuery } from './lines.ts'
import { createLogReading } from './log-reading.ts'
import { readMarks } from './log-writing.ts'

export type Question =
  | { readonly kind: 'lines'; readonly query: LinesQuery }
  | {
      readonly kind: 'bytes'
      readonly logId: LogId
      readonly from: number
      readonly streams?: readonly Stream[]
    }
  | { readonly kind: 'search'; readonly query: SearchQuery }
  | { readonly kind: 'marks'; readonly logId: LogId }

export type ToReader = { readonly id: number; readonly question: Question }
export type FromReader = { readonly id: number } & (
  | { readonly answer: unknown }
  | { readonly error: string }
)

type Bytes = { readonly bytes: Uint8Array; readonly next: number }

const port = parentPort!
const db = openDatabase(workerData.path, { readOnly: true })
const reading = createLogReading(db)

port.on('message', ({ id, question }: ToReader) => {
  try {
    const answered = answer(question)
    // Bytes are handed over, not copied: a whole log may be read like this.
    const moved = question.kind === 'bytes' ? [(answered as Bytes).bytes.buffer as ArrayBuffer] : []
    port.postMessage({ id, answer: answered } satisfies FromReader, moved)
  } catch (error) {
    port.postMessage({ id, error: (error as Error).message } satisfies FromReader)
  }
})

function answer(question: Question): unknown {
  switch (question.kind) {
    case 'lines':
      return reading.lines(question.query)
    case 'bytes': {
      const { bytes, next } = reading.bytes(question.logId, question.from, question.streams)
      return { bytes: new Uint8Array(bytes), next } satisfies Bytes
    }
    case 'search':
      return reading.search(question.query)
    case 'marks':
      return readMarks(db, question.logId)
  }
}
