import type { Pair, Updates } from './commands/output.ts'
import { RAW_OUTPUT_KEY } from './protocol/capabilities.ts'
import { type Link, LinkEndedError } from './protocol/link.ts'
import type { Spool } from './spool.ts'

/** Output of a command that the master may not have yet. */
export interface Block {
  readonly stream: string
  /** Bytes of this stream that went before. */
  readonly offset: number
  readonly bytes: Uint8Array
  /** When it was written, as Unix time in seconds. */
  readonly at: number
}

/** Turns output into pairs of an update. A command has an encoder of its own, which may remember. */
export interface OutputEncoder {
  encode(block: Block): readonly Pair[]
  /** What it has kept back, once the command has ended. */
  end(): readonly Pair[]
  /** How much may be on its way before the master has answered. */
  readonly windowBytes: number
  readonly messageBytes: number
  /** How long output may wait for more, so that it travels together. */
  readonly gatherMs: number
}

/** What may be on its way, or wait for the master in memory. Above this a program waits. */
export const WINDOW_BYTES = 4 * 1024 * 1024

/** As our own masters take it: bytes with their offset. */
export const RAW_ENCODER: OutputEncoder = {
  encode: ({ stream, offset, bytes, at }) => [[RAW_OUTPUT_KEY, [stream, offset, bytes, at]]],
  end: () => [],
  windowBytes: WINDOW_BYTES,
  messageBytes: 256 * 1024,
  gatherMs: 0,
}

/** What a command has for its master, from its start until the master has all of it. */
export interface Outbox {
  readonly updates: Updates
  /** The command has ended; `failure` is the text with which it broke. */
  finish(failure: string | null): void
  /** Sends what the master has not: `taken` says how much it has of each stream. */
  attach(link: Link, taken: Readonly<Record<string, number>>, encoder?: OutputEncoder): void
  /** The link has ended. What comes now, and what was on its way, is kept on disk. */
  detach(): void
  /** Forgets everything. */
  drop(): void
}

export interface OutboxOptions {
  readonly id: string
  readonly spool: Spool
  readonly now?: () => number
  /** The master knows how the command ended. */
  readonly onSettled?: () => void
}

interface Waiting {
  readonly stream: string
  offset: number
  byteCount: number
  readonly at: number
  /** In memory, or from that place of the spool on. */
  bytes: Uint8Array | undefined
  place: number
  acknowledged: boolean
}

/**
 * Keeps a command's output until the master has answered for it. While there is
 * a link at most a window of it waits, in memory, and the program behind it is
 * slowed down; without one it goes to the spool, up to the spool's limit.
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const { id, spool, now = Date.now } = options
  const offsets = new Map<string, number>()
  const waiting: Waiting[] = []
  // How many of `waiting`, from the first on, are on their way.
  let sentCount = 0
  let waitingBytes = 0
  let memoryBytes = 0
  let onItsWay = 0
  const said: Pair[] = []
  let saidCount = 0
  let failure: string | null | undefined
  let completeSent = false
  let full = false
  let spooled: ReturnType<Spool['open']> | undefined
  let drains: (() => void)[] = []
  let link: Link | undefined
  let encoder: OutputEncoder = RAW_ENCODER
  let gathering: NodeJS.Timeout | undefined
  let gathered = false
  let ended = false

  return {
    updates: {
      say(pairs) {
        said.push(...pairs)
        pump()
      },
      write(parts) {
        for (const { stream, bytes } of parts) take(stream, bytes)
        pump()
        weigh()
      },
      get full() {
        return full
      },
      onDrain: then => drains.push(then),
    },
    finish(how) {
      failure = how
      pump()
    },
    attach(to, taken, how = RAW_ENCODER) {
      link = to
      encoder = how
      for (const one of waiting) skip(one, taken[one.stream] ?? 0)
      forgetAcknowledged()
      sentCount = saidCount = onItsWay = 0
      completeSent = ended = false
      pump()
      weigh()
    },
    detach() {
      link = undefined
      sentCount = onItsWay = 0
      for (const one of waiting) if (one.bytes) moveToSpool(one)
      weigh()
    },
    drop() {
      link = undefined
      clearTimeout(gathering)
      waiting.length = 0
      sentCount = waitingBytes = memoryBytes = 0
      closeSpool()
      weigh()
    },
  }

  function take(stream: string, bytes: Uint8Array) {
    const offset = offsets.get(stream) ?? 0
    offsets.set(stream, offset + bytes.length)
    const one: Waiting = {
      stream,
      offset,
      byteCount: bytes.length,
      at: now() / 1000,
      bytes,
      place: 0,
      acknowledged: false,
    }
    waiting.push(one)
    waitingBytes += bytes.length
    memoryBytes += bytes.length
    // A program in a terminal can't be made to wait, with a link or without.
    if (!link || memoryBytes > 2 * WINDOW_BYTES) moveToSpool(one)
  }

  // What the disk does not take stays in memory, and the program waits.
  function moveToSpool(one: Waiting) {
    spooled ??= spool.open(id)
    const place = spooled.write(one.bytes!)
    if (place === undefined) return
    one.place = place
    one.bytes = undefined
    memoryBytes -= one.byteCount
  }

  function skip(one: Waiting, taken: number) {
    const had = Math.min(one.byteCount, taken - one.offset)
    if (had <= 0) return
    one.acknowledged = had === one.byteCount
    if (one.acknowledged) return
    one.offset += had
    one.byteCount -= had
    one.place += had
    waitingBytes -= had
    if (!one.bytes) return
    one.bytes = one.bytes.subarray(had)
    memoryBytes -= had
  }

  // Sends what there is, as far as the window allows; the end only after everything else.
  function pump() {
    while (link && sentCount < waiting.length && onItsWay < encoder.windowBytes && isRipe())
      sendOutput(link)
    if (!link || sentCount < waiting.length) return
    if (saidCount < said.length) {
      const pairs = said.slice(saidCount)
      saidCount = said.length
      send(link, 'update', { command_id: id, args: pairs }, () => {})
    }
    if (failure === undefined || completeSent) return
    if (!ended) {
      ended = true
      const rest = encoder.end()
      if (rest.length > 0) send(link, 'update', { command_id: id, args: rest }, () => {})
    }
    completeSent = true
    send(link, 'complete', { command_id: id, args: failure }, () => options.onSettled?.())
  }

  // Output that may wait does so until there is much of it, its time is over, or nothing more comes.
  function isRipe(): boolean {
    const enough = waitingBytes - onItsWay >= encoder.messageBytes
    const last = failure !== undefined || saidCount < said.length
    if (encoder.gatherMs === 0 || gathered || enough || last) return true
    gathering ??= setTimeout(() => {
      gathering = undefined
      gathered = true
      pump()
      gathered = false
    }, encoder.gatherMs)
    return false
  }

  function sendOutput(to: Link) {
    const batch: Waiting[] = []
    let bytes = 0
    while (sentCount < waiting.length && bytes < encoder.messageBytes) {
      const one = waiting[sentCount++]!
      batch.push(one)
      bytes += one.byteCount
    }
    const pairs: Pair[] = batch.flatMap(one => [
      ...encoder.encode({ ...one, bytes: one.bytes ?? spooled!.read(one.place, one.byteCount) }),
    ])
    // What a command says last travels with its last output.
    if (sentCount === waiting.length) {
      pairs.push(...said.slice(saidCount))
      saidCount = said.length
    }
    onItsWay += bytes
    const answered = () => {
      onItsWay -= bytes
      for (const one of batch) one.acknowledged = true
      forgetAcknowledged()
    }
    // The encoder may have kept all of it back.
    if (pairs.length === 0) return answered()
    send(to, 'update', { command_id: id, args: pairs }, () => {
      answered()
      pump()
      weigh()
    })
  }

  // A master that answers with an exception will not take it the next time either.
  function send(to: Link, op: string, fields: Record<string, unknown>, answered: () => void) {
    const mine = () => {
      if (link === to) answered()
    }
    to.request(op, fields).then(mine, error => {
      if (!(error instanceof LinkEndedError)) mine()
    })
  }

  function forgetAcknowledged() {
    let count = 0
    for (; count < waiting.length && waiting[count]!.acknowledged; count++) {
      const { byteCount, bytes } = waiting[count]!
      waitingBytes -= byteCount
      if (bytes) memoryBytes -= byteCount
    }
    waiting.splice(0, count)
    sentCount = Math.max(0, sentCount - count)
    if (waiting.length === 0) closeSpool()
  }

  function weigh() {
    const most = link ? WINDOW_BYTES : spool.limitBytes
    const failing = !link && memoryBytes > 0
    if (waitingBytes >= most || failing) full = true
    else if (waitingBytes <= most / 2) full = false
    if (full) return
    const calls = drains
    drains = []
    for (const then of calls) then()
  }

  function closeSpool() {
    spooled?.close()
    spooled = undefined
  }
}
