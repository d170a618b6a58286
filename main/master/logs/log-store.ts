import { Worker } from 'node:worker_threads'
import type { AsyncStop, LogId, Moment, Stream } from '../model.ts'
import { workerFile } from '../worker-file.ts'
import type { LinesQuery, LogLine, SearchAnswer, SearchQuery } from './lines.ts'
import type { FromReader, Question, ToReader } from './log-reader.ts'
import type { FromWriter, ToWriter } from './log-writer.ts'
import type { Committed } from './log-writing.ts'

export interface LogStore {
  /** Resolves once all of `bytes` are committed and readable. */
  append(logId: LogId, stream: Stream, bytes: Uint8Array, at: Moment): Promise<void>
  /** Resolves with the final counts once everything is committed. */
  finish(logId: LogId): Promise<{ lineCount: number; byteCount: number }>
  lines(query: LinesQuery): Promise<LogLine[]>
  bytes(
    logId: LogId,
    from: number,
    streams?: readonly Stream[],
  ): Promise<{ bytes: Uint8Array; next: number }>
  /** @throws SyntaxError-like Error when the pattern is not a regular expression. */
  search(query: SearchQuery): Promise<SearchAnswer>
  stop: AsyncStop
}

export interface LogStoreOptions {
  readonly path: string
  /** Called after each commit, with what the logs now hold. */
  readonly onCommitted: (logs: readonly Committed[]) => void
  /** The disk does not take the logs, or takes them again (`undefined`). */
  readonly onTrouble: (reason: string | undefined) => void
}

/**
 * The log store's face on the master's thread: a writing thread, and a reading
 * thread that is started by the first question.
 */
export async function openLogStore(options: LogStoreOptions): Promise<LogStore> {
  const { path, onCommitted, onTrouble } = options
  const writer = new Worker(workerFile('logs/log-writer'), { workerData: { path } })
  const waiting = new Map<number, (committed: Committed) => void>()
  let lastTicket = 0
  let reader: ReturnType<typeof startReader> | undefined

  await new Promise<void>((resolve, reject) => {
    writer.once('message', () => resolve())
    writer.once('error', reject)
  })
  writer.on('message', hear)

  return {
    append: (logId, stream, bytes, at) =>
      // A copy, because `bytes` is often a window into a buffer that others still read.
      send(ticket => ({ kind: 'append', logId, stream, bytes: copy(bytes), at, ticket })).then(
        () => undefined,
      ),
    finish: logId => send(ticket => ({ kind: 'finish', logId, ticket })),
    lines: query => ask({ kind: 'lines', query }) as Promise<LogLine[]>,
    bytes: (logId, from, streams) =>
      ask({ kind: 'bytes', logId, from, ...(streams && { streams }) }) as Promise<{
        bytes: Uint8Array
        next: number
      }>,
    search: query => ask({ kind: 'search', query }) as Promise<SearchAnswer>,
    async stop() {
      await reader?.stop()
      const closed = new Promise(resolve => writer.once('exit', resolve))
      writer.postMessage({ kind: 'close' } satisfies ToWriter)
      await closed
    },
  }

  function send(message: (ticket: number) => ToWriter): Promise<Committed> {
    const ticket = ++lastTicket
    return new Promise(resolve => {
      waiting.set(ticket, resolve)
      const sent = message(ticket)
      writer.postMessage(sent, 'bytes' in sent ? [sent.bytes.buffer as ArrayBuffer] : [])
    })
  }

  function hear(message: FromWriter) {
    if (message.kind === 'failed') onTrouble(message.reason)
    if (message.kind === 'recovered') onTrouble(undefined)
    if (message.kind !== 'committed') return
    onCommitted(message.logs)
    for (const log of message.logs)
      for (const ticket of log.tickets) {
        waiting.get(ticket)?.(log)
        waiting.delete(ticket)
      }
  }

  function ask(question: Question): Promise<unknown> {
    reader ??= startReader(path)
    return reader.ask(question)
  }
}

function startReader(path: string) {
  const thread = new Worker(workerFile('logs/log-reader'), { workerData: { path } })
  // Looking at logs must not keep a master alive that has nothing else to do.
  thread.unref()
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>()
  let lastId = 0

  thread.on('message', (message: FromReader) => {
    const asked = waiting.get(message.id)
    waiting.delete(message.id)
    if ('error' in message) asked?.reject(new Error(message.error))
    else asked?.resolve(message.answer)
  })
  const fail = (error: Error) => {
    for (const asked of waiting.values()) asked.reject(error)
    waiting.clear()
  }
  thread.on('error', fail)

  return {
    ask(question: Question): Promise<unknown> {
      const id = ++lastId
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        thread.postMessage({ id, question } satisfies ToReader)
      })
    },
    async stop() {
      await thread.terminate()
      fail(new Error('The master is stopping.'))
    },
  }
}

function copy(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}
