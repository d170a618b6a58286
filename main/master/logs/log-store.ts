import { Worker } from 'node:worker_threads'
import type { AsyncStop, LogId, Moment, Stream } from '../model.ts'
import { workerFile } from '../worker-file.ts'
import type { LinesQuery, LogLine, SearchAnswer, SearchQuery } from './lines.ts'
import type { LogMarks, LogSource } from './log-marks.ts'
import type { FromReader, Question, ToReader } from './log-reader.ts'
import type { FromWriter, ToWriter } from './log-writer.ts'
import type { Committed } from './log-writing.ts'

export interface LogStore {
  /** Resolves once all of `bytes` are committed and readable. */
  append(
    logId: LogId,
    stream: Stream,
    bytes: Uint8Array,
    at: Moment,
    source?: LogSource,
  ): Promise<void>
  /** Resolves with the final counts once everything is committed. */
  finish(logId: LogId): Promise<{ lineCount: number; byteCount: number }>
  /** What is committed of each source of a log whose step is not over. */
  marks(logId: LogId): Promise<LogMarks>
  /** The step is over: nobody will ask for these. Done when the next log is finished. */
  forgetMarks(logIds: readonly LogId[]): void
  lines(query: LinesQuery): Promise<LogLine[]>
  bytes(
    logId: LogId,
    from: number,
    streams?: readonly Stream[],
  ): Promise<{ bytes: Uint8Array; next: number }>
  /** Rejects when the pattern is not a regular expression, or takes too long. */
  search(query: SearchQuery): Promise<SearchAnswer>
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

interface Asked {
  resolve(value: never): void
  reject(error: Error): void
}

/**
 * The log store's face on the master's thread: a writing thread, and a reading
 * thread that is started by the first question.
 */
export async function openLogStore(options: LogStoreOptions): Promise<LogStore> {
  const { path, onCommitted, onTrouble, searchMs = SEARCH_MS } = options
  const writer = new Worker(workerFile('logs/log-writer'), {
    workerData: { path, lookOnly: options.lookOnly ?? false },
  })
  const waiting = new Map<number, Asked>()
  let lastTicket = 0
  let unmarked: LogId[] = []
  let dead: Error | undefined
  let reader: ReturnType<typeof startReader> | undefined

  await new Promise<void>((resolve, reject) => {
    writer.once('message', () => resolve())
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
    append: (logId, stream, bytes, at, source = 0) =>
      // A copy, because `bytes` is often a window into a buffer that others still read.
      send(ticket => ({
        kind: 'append',
        logId,
        stream,
        bytes: copy(bytes),
        at,
        ticket,
        source,
      })).then(() => undefined),
    finish(logId) {
      const forgotten = unmarked
      unmarked = []
      return send(ticket => ({ kind: 'finish', logId, ticket, unmarked: forgotten }))
    },
    marks: logId => ask({ kind: 'marks', logId }) as Promise<LogMarks>,
    // A message of its own would cost more than all that is done for the marks.
    forgetMarks: logIds => void unmarked.push(...logIds),
    lines: query => ask({ kind: 'lines', query }) as Promise<LogLine[]>,
    bytes: (logId, from, streams) =>
      ask({ kind: 'bytes', logId, from, ...(streams && { streams }) }) as Promise<{
        bytes: Uint8Array
        next: number
      }>,
    search: query => ask({ kind: 'search', query }) as Promise<SearchAnswer>,
    async stop() {
      await reader?.stop()
      if (dead) return
      const closed = new Promise(resolve => writer.once('exit', resolve))
      writer.postMessage({ kind: 'close' } satisfies ToWriter)
      await closed
    },
  }

  function send(
    message: (ticket: number) => Extract<ToWriter, { kind: 'append' | 'finish' }>,
  ): Promise<Committed> {
    if (dead) return Promise.reject(dead)
    const ticket = ++lastTicket
    return new Promise<Committed>((resolve, reject) => {
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

  function ask(question: Question): Promise<unknown> {
    reader ??= startReader(path, searchMs)
    return reader.ask(question)
  }
}

/** A thread that reads. When it dies, or a search takes too long, the next question starts another. */
function startReader(path: string, searchMs: number) {
  const waiting = new Map<number, Asked & { readonly question: Question }>()
  let thread: Worker | undefined
  let lastId = 0

  return {
    ask(question: Question): Promise<unknown> {
      const id = ++lastId
      return new Promise((resolve, reject) => {
        const timer =
          question.kind === 'search' ? setTimeout(() => giveUp(id), searchMs) : undefined
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
      await thread?.terminate()
      fail(new Error('The master is stopping.'))
    },
  }

  function post(id: number, question: Question) {
    thread ??= open()
    thread.postMessage({ id, question } satisfies ToReader)
  }

  function open(): Worker {
    const opened = new Worker(workerFile('logs/log-reader'), { workerData: { path } })
    // Looking at logs must not keep a master alive that has nothing else to do.
    opened.unref()
    opened.on('message', (message: FromReader) => {
      const asked = waiting.get(message.id)
      waiting.delete(message.id)
      if ('error' in message) asked?.reject(new Error(message.error))
      else asked?.resolve(message.answer as never)
    })
    opened.on('error', error => {
      if (thread !== opened) return
      thread = undefined
      fail(error as Error)
    })
    return opened
  }

  // Only another thread can end a regular expression. What else was asked is asked again.
  function giveUp(id: number) {
    const asked = waiting.get(id)
    waiting.delete(id)
    void thread?.terminate()
    thread = undefined
    for (const [other, { question }] of waiting) post(other, question)
    asked?.reject(new Error('The search takes too long. Try a simpler pattern.'))
  }

  function fail(error: Error) {
    for (const asked of waiting.values()) asked.reject(error)
    waiting.clear()
  }
}

function copy(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}
