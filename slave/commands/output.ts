import { RAW_OUTPUT_KEY } from '../protocol/capabilities.ts'

/** Where a command's updates go: pairs of a key and a value, as the protocol has them. */
export interface Updates {
  /** Resolves when the master has answered, so when it holds what was sent. */
  send(pairs: readonly (readonly [key: string, value: unknown])[]): Promise<void>
}

export interface Output {
  write(stream: string, bytes: Uint8Array): void
  /** A line of our own, in the header stream. */
  note(text: string): void
  /** Bytes sent and not yet answered for. */
  unacknowledged: number
  /** Calls back, once, when `unacknowledged` has become small. */
  onDrain(then: () => void): void
  /** Sends what is gathered. */
  flush(): void
}

/** Above this a command's pipes are not read, so that its program waits. */
export const WINDOW_BYTES = 4 * 1024 * 1024
const MESSAGE_BYTES = 256 * 1024

/**
 * Sends output as raw bytes with their offset in the stream, so that both ends
 * can tell what has arrived. What comes within one turn travels together.
 */
export function createOutput(updates: Updates, now: () => number = Date.now): Output {
  const offsets = new Map<string, number>()
  let drains: (() => void)[] = []
  let gathered: [stream: string, parts: Uint8Array[]][] = []
  let gatheredBytes = 0
  let flushing: NodeJS.Immediate | undefined

  const output: Output = {
    write(stream, bytes) {
      if (bytes.length === 0) return
      const last = gathered.at(-1)
      if (last?.[0] === stream) last[1].push(bytes)
      else gathered.push([stream, [bytes]])
      gatheredBytes += bytes.length
      output.unacknowledged += bytes.length
      if (gatheredBytes >= MESSAGE_BYTES) output.flush()
      else flushing ??= setImmediate(output.flush)
    },
    note: text => output.write('header', Buffer.from(text, 'utf8')),
    unacknowledged: 0,
    onDrain: then => drains.push(then),
    flush() {
      if (flushing) clearImmediate(flushing)
      flushing = undefined
      if (gathered.length === 0) return
      const at = now() / 1000
      const pairs = gathered.map(([stream, parts]) => {
        const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
        const offset = offsets.get(stream) ?? 0
        offsets.set(stream, offset + bytes.length)
        return [RAW_OUTPUT_KEY, [stream, offset, bytes, at]] as const
      })
      const sentBytes = gatheredBytes
      gathered = []
      gatheredBytes = 0
      const answered = () => {
        output.unacknowledged -= sentBytes
        if (output.unacknowledged <= WINDOW_BYTES / 2) drain()
      }
      // When the link has ended nobody answers; the command is told so by an interrupt.
      updates.send(pairs).then(answered, answered)
    },
  }
  return output

  function drain() {
    const calls = drains
    drains = []
    for (const then of calls) then()
  }
}
