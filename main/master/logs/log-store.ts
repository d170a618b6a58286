import { Worker } from 'node:worker_threads'
import { openThreadAsker } from '../ask-thread.ts'
import type { AsyncStop, LogId, Moment, Stream } from '../model.ts'
import { workerFile } from '../worker-file.ts'
import type {
  LinePiece,
  LinesQuery,
  LogLine,
  PieceQuery,
  ScreenQuery,
  SearchAnswer,
  SearchQuery,
} from './lines.ts'
import type { LogMarks, LogSource } from './log-marks.ts'
import type { OutlineAnswer, OutlineQuery } from './log-outline.ts'
import type { Question } from './log-reader.ts'
import type { FromWriter, ToWriter } from './log-writer.ts'
import type { Committed, LogLimit } from './log-writing.ts'
import type { ScanAnswer, ScanQuery } from './scan-logs.ts'
import type { ScreenRow } from './screen.ts'

export interface LogStore {
  /** The highest id under which anything was stored when it was opened. */
  readonly lastId: number
  /** Resolves once all of `bytes` are committed and readable. */
  append(
    logId: LogId,
    stream: Stream,
    bytes: Uint8Array,
    at: Moment,
    source?: LogSource,
    limit?: LogLimit,
  ): Promise<void>
  /** Resolves with the final counts once everything is committed. */
  finish(logId: LogId): Promise<{ lineCount: number; byteCount: number; cut: string | undefined }>
  /** What is committed of each source of a log whose step is not over. */
  marks(logId: LogId): Promise<LogMarks>
  /** The step is over: nobody will ask for these. Done when the next log is finished. */
  forgetMarks(logIds: readonly LogId[]): void
  /** Counts a sync to the disk, see `LogWriting`. */
  countSync(atLeast: number): Promise<number>
  /** Brings what the write-ahead logs of these databases hold into their files, on the writing thread. */
  checkpoint(paths: readonly string[]): void
  lines(query: LinesQuery): Promise<LogLine[]>
  piece(query: PieceQuery): Promise<LinePiece>
  screen(query: ScreenQuery): Promise<ScreenRow[]>
  bytes(
    logId: LogId,
    from: number,
    streams?: readonly Stream[],
  ): Promise<{ bytes: Uint8Array; next: number }>
  /** Rejects when the pattern is not a regular expression, or takes too long. */
  search(query: SearchQuery): Promise<SearchAnswer>
  outline(query: OutlineQuery): Promise<OutlineAnswer>
  /** Searches many logs. Rejects as `search` does. */
  scan(query: ScanQuery): Promise<ScanAnswer>
  stop: AsyncStop
}

export interface LogStoreOptions {
  readonly path: string
  /** The file is a copy that is only looked at, and is taken as it is. */
  readonly lookOnly?: boolean
  /** Called after each commit, with what the logs now hold. */
  readonly onCommitted: (logs: readonly Committed[]) => void
  /** The disk does not take the logs, or takes them again (`undefined`). */
  readonly onTrouble: (reason: string | undefined) => void
  /** How long a search may take before it is given up. */
  readonly searchMs?: number
}

// What a search may take. Between chunks it looks at the clock by itself; within one
// line a pattern can run for ever.
const SEARCH_MS = 5000
// A search goes through thousands of chunks: what each leaves behind is let go before there is much.
const LITTLE_GARBAGE = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 48 }

interface Asked {
  resolve(value: never): void
  reject(error: Error): void
}

/**
 * The log store's face on the master's thread: a writing thread, and one that reads and
 * one that searches, which are started by the first question.
 */
export async function openLogStore(options: LogStoreOptions): Promise<LogStore> {
  const { path, onCommitted, onTrouble, searchMs = SEARCH_MS } = options
  const writer = new Worker(workerFile('logs/log-writer'), {
    workerData: { path, lookOnly: options.lookOnly ?? false },
  })
  const reader = openThreadAsker<Question>('logs/log-reader', { path })
  // A thread of its own, so that who reads a log does not wait for who searches.
  const searcher = openThreadAsker<Question>(
    'logs/log-reader',
    { path, searches: true },
    LITTLE_GARBAGE,
  )
  const limit = { ms: searchMs, tooLong: 'The search takes too long. Try a simpler pattern.' }
  const waiting = new Map<number, Asked>()
  let lastTicket = 0
  let unmarked: LogId[] = []
  let dead: Error | undefined

  const lastId = await new Promise<number>((resolve, reject) => {
    writer.once('message', (ready: Extract<FromWriter, { kind: 'ready' }>) => resolve(ready.lastId))
    writer.once('error', reject)
    writer.once('exit', () => reject(new Error(`the thread that writes ${path} ended`)))
  })
  writer.on('message', hear)
  writer.on('error', (error: Error) => {
    dead = error
    onTrouble(error.message)
    for (const one of waiting.values()) one.reject(error)
    waiting.clear()
  })

  return {
    lastId,
    append: (logId, stream, bytes, at, source = 0, limit) =>
      // A copy, because `bytes` is often a window into a buffer that others still read.
      send(ticket => ({
        kind: 'append',
        logId,
        stream,
        bytes: copy(bytes),
        at,
        ticket,
        source,
        limit,
      })).then(() => undefined),
    finish(logId) {
      const forgotten = unmarked
      unmarked = []
      return send(ticket => ({ kind: 'finish', logId, ticket, unmarked: forgotten }))
    },
    marks: logId => reader.ask({ kind: 'marks', logId }) as Promise<LogMarks>,
    countSync: atLeast => send(ticket => ({ kind: 'count-sync', ticket, atLeast })),
    checkpoint(paths) {
      if (!dead) writer.postMessage({ kind: 'checkpoint', paths } satisfies ToWriter)
    },
    // A message of its own would cost more than all that is done for the marks.
    forgetMarks: logIds => void unmarked.push(...logIds),
    lines: query => reader.ask({ kind: 'lines', query }) as Promise<LogLine[]>,
    bytes: (logId, from, streams) =>
      reader.ask({ kind: 'bytes', logId, from, ...(streams && { streams }) }) as Promise<{
        bytes: Uint8Array
        next: number
      }>,
    piece: query => reader.ask({ kind: 'piece', query }) as Promise<LinePiece>,
    screen: query => reader.ask({ kind: 'screen', query }) as Promise<ScreenRow[]>,
    search: query => searcher.ask({ kind: 'search', query }, limit) as Promise<SearchAnswer>,
    outline: query => searcher.ask({ kind: 'outline', query }) as Promise<OutlineAnswer>,
    scan: query => searcher.ask({ kind: 'scan', query }, limit) as Promise<ScanAnswer>,
    async stop() {
      await Promise.all([reader.stop(), searcher.stop()])
      if (dead) return
      dead = new Error('the logs are closed')
      const closed = new Promise(resolve => writer.once('exit', resolve))
      writer.postMessage({ kind: 'close' } satisfies ToWriter)
      await closed
    },
  }

  function send<Answer = Committed>(
    message: (ticket: number) => Extract<ToWriter, { ticket: number }>,
  ): Promise<Answer> {
    if (dead) return Promise.reject(dead)
    const ticket = ++lastTicket
    return new Promise<Answer>((resolve, reject) => {
      waiting.set(ticket, { resolve, reject })
      const sent = message(ticket)
      writer.postMessage(sent, 'bytes' in sent ? [sent.bytes.buffer as ArrayBuffer] : [])
    })
  }

  function hear(message: FromWriter) {
    switch (message.kind) {
      case 'failed':
        return onTrouble(message.reason)
      case 'recovered':
        return onTrouble(undefined)
      case 'refused':
        return settle(message.ticket, asked => asked.reject(new Error(message.reason)))
      case 'sync-counted':
        return settle(message.ticket, asked => asked.resolve(message.number as never))
      case 'committed':
        onCommitted(message.logs)
        for (const log of message.logs)
          for (const ticket of log.tickets) settle(ticket, asked => asked.resolve(log as never))
    }
  }

  function settle(ticket: number, how: (asked: Asked) => void) {
    const asked = waiting.get(ticket)
    waiting.delete(ticket)
    if (asked) how(asked)
  }
}

function copy(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}
