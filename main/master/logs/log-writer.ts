// Entry of the thread that writes logs.sqlite, so that compressing and storing never hold up the master.
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import type { LogId, Moment, Stream } from '../model.ts'
import { createRoomWatch } from '../room.ts'
import type { LogSource } from './log-marks.ts'
import { LOG_MIGRATIONS } from './log-migrations.ts'
import { type Committed, createLogWriting, type LogLimit, lastLogId } from './log-writing.ts'

export type ToWriter =
  | {
      readonly kind: 'append'
      readonly logId: LogId
      readonly stream: Stream
      readonly bytes: Uint8Array
      readonly at: Moment
      readonly ticket: number
      readonly source: LogSource
      readonly limit?: LogLimit | undefined
    }
  | {
      readonly kind: 'finish'
      readonly logId: LogId
      readonly ticket: number
      /** Logs of steps that are over: nobody will ask for their marks. */
      readonly unmarked: readonly LogId[]
    }
  | { readonly kind: 'count-sync'; readonly ticket: number; readonly atLeast: number }
  /** Brings what the write-ahead logs of these databases hold into their files. */
  | { readonly kind: 'checkpoint'; readonly paths: readonly string[] }
  | { readonly kind: 'close' }

export type FromWriter =
  | { readonly kind: 'ready'; readonly lastId: number }
  | { readonly kind: 'committed'; readonly logs: readonly Committed[] }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'recovered' }
  /** What came with this ticket can't be stored, now or later. */
  | { readonly kind: 'refused'; readonly ticket: number; readonly reason: string }
  | { readonly kind: 'sync-counted'; readonly ticket: number; readonly number: number }
  | { readonly kind: 'closed' }

const COMMIT_BYTES = 1024 * 1024
const COMMIT_MS = 20
const HELD_MS = 100
const RETRY_MS = 1000

const port = parentPort!
const db = openDatabase(workerData.path)
if (!workerData.lookOnly) {
  const made = db.userVersion === 0
  migrate(db, LOG_MIGRATIONS.at(-1)!.version, LOG_MIGRATIONS)
  if (made) db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
}
const room = createRoomWatch(dirname(workerData.path))
const writing = createLogWriting(db, () => room().short)
const say = (message: FromWriter) => port.postMessage(message)

const others = new Map<string, DatabaseSync>()
let timer: NodeJS.Timeout | undefined
let immediate: NodeJS.Immediate | undefined
let failing = false
say({ kind: 'ready', lastId: workerData.lookOnly ? 0 : lastLogId(db) })

port.on('message', (message: ToWriter) => {
  if (message.kind === 'close') {
    writing.releaseAll()
    commit()
    for (const one of others.values()) one.close()
    db.close()
    say({ kind: 'closed' })
    port.close()
    return
  }
  if (message.kind === 'checkpoint') {
    for (const path of message.paths) checkpoint(path)
    return
  }
  try {
    if (message.kind === 'count-sync') {
      const number = writing.countSync(message.atLeast)
      say({ kind: 'sync-counted', ticket: message.ticket, number })
    } else take(message)
  } catch (error) {
    // One log that can't be read any more must not keep the others from being written.
    say({ kind: 'refused', ticket: message.ticket, reason: (error as Error).message })
  }
})

function take(message: Extract<ToWriter, { kind: 'append' | 'finish' }>) {
  if (message.kind === 'finish') {
    writing.forgetMarks(message.unmarked)
    writing.finish(message.logId, message.ticket)
    commitSoon()
    return
  }
  const { logId, stream, bytes, at, ticket, source, limit } = message
  writing.append(logId, stream, bytes, at, ticket, source, limit)
  if (writing.pendingBytes >= COMMIT_BYTES) commitSoon()
  else commitIn(COMMIT_MS)
}

// Beside whoever writes: what is in use stays for the next time. It keeps young histories in their
// main files, which other programs copy alone.
function checkpoint(path: string) {
  try {
    let one = others.get(path)
    if (!one) {
      others.set(path, (one = new DatabaseSync(path, { timeout: 0 })))
      one.exec('PRAGMA synchronous=NORMAL; PRAGMA checkpoint_fullfsync=1')
    }
    one.exec('PRAGMA wal_checkpoint(PASSIVE)')
  } catch {
    // A disk that is full or breaks is told by whoever has something to write.
  }
}

// After the messages that are already here, so that one transaction takes them all.
function commitSoon() {
  if (!failing) immediate ??= setImmediate(commit)
}

function commitIn(ms: number) {
  timer ??= setTimeout(commit, ms)
}

function commit() {
  clearTimeout(timer)
  if (immediate) clearImmediate(immediate)
  timer = immediate = undefined
  try {
    const logs = writing.commit(Date.now())
    if (logs.length > 0) say({ kind: 'committed', logs })
    if (failing) say({ kind: 'recovered' })
    failing = false
    if (writing.holding) commitIn(HELD_MS)
  } catch (error) {
    // What came is still in memory, and its senders wait: nothing is lost while the disk is full.
    if (!failing) say({ kind: 'failed', reason: (error as Error).message })
    failing = true
    commitIn(RETRY_MS)
  }
}
