// Entry of the thread that reads logs.sqlite, so that a search through a huge log never holds up the master.
import { parentPort, workerData } from 'node:worker_threads'
import { answerQuestions } from '../ask-thread.ts'
import { openDatabase } from '../db/database.ts'
import { goLast } from '../go-last.ts'
import type { LogId, Stream } from '../model.ts'
import type { LinesQuery, PieceQuery, ScreenQuery, SearchQuery } from './lines.ts'
import type { OutlineQuery } from './log-outline.ts'
import { createLogReading } from './log-reading.ts'
import { readMarks } from './log-writing.ts'
import type { ScanQuery } from './scan-logs.ts'

export type Question =
  | { readonly kind: 'lines'; readonly query: LinesQuery }
  | {
      readonly kind: 'bytes'
      readonly logId: LogId
      readonly from: number
      readonly streams?: readonly Stream[]
    }
  | { readonly kind: 'piece'; readonly query: PieceQuery }
  | { readonly kind: 'screen'; readonly query: ScreenQuery }
  | { readonly kind: 'search'; readonly query: SearchQuery }
  | { readonly kind: 'outline'; readonly query: OutlineQuery }
  | { readonly kind: 'scan'; readonly query: ScanQuery }
  | { readonly kind: 'marks'; readonly logId: LogId }

type Bytes = { readonly bytes: Uint8Array; readonly next: number }

if (workerData.searches) goLast()
const db = openDatabase(workerData.path, { readOnly: true })
const reading = createLogReading(db)

answerQuestions(parentPort!, (question: Question) => {
  const answered = answer(question)
  // A whole log may be read like this.
  return question.kind === 'bytes'
    ? { answer: answered, moved: [(answered as Bytes).bytes.buffer as ArrayBuffer] }
    : { answer: answered }
})

function answer(question: Question): unknown {
  switch (question.kind) {
    case 'lines':
      return reading.lines(question.query)
    case 'bytes': {
      const { bytes, next } = reading.bytes(question.logId, question.from, question.streams)
      return { bytes: new Uint8Array(bytes), next } satisfies Bytes
    }
    case 'piece':
      return reading.piece(question.query)
    case 'screen':
      return reading.screen(question.query)
    case 'search':
      return reading.search(question.query)
    case 'outline':
      return reading.outline(question.query)
    case 'scan':
      return reading.scan(question.query)
    case 'marks':
      return readMarks(db, question.logId)
  }
}
