/** A key and a value, as the protocol has them. */
export type Pair = readonly [key: string, value: unknown]

/** Bytes of one stream of a command. */
export interface Part {
  readonly stream: string
  readonly bytes: Uint8Array
}

/** Where a command's updates go. They reach the master in the order in which they are handed over. */
export interface Updates {
  /** What a command says of itself: its exit status, the names that it found. */
  say(pairs: readonly Pair[]): void
  /** What a program wrote, in order. */
  write(parts: readonly Part[]): void
  /** More waits for the master than should: whoever can wait does so until the drain. */
  readonly full: boolean
  /** Calls back, once, when there is room again. */
  onDrain(then: () => void): void
}

export interface Output {
  write(stream: string, bytes: Uint8Array): void
  /** A line of our own, in the header stream. */
  note(text: string): void
  readonly full: boolean
  onDrain(then: () => void): void
  /** Hands over what is gathered. */
  flush(): void
}

const GATHERED_BYTES = 256 * 1024

/** Gathers what a command's streams give within one turn, so that it travels together. */
export function createOutput(updates: Updates): Output {
  let gathered: { stream: string; parts: Uint8Array[] }[] = []
  let gatheredBytes = 0
  let flushing: NodeJS.Immediate | undefined

  const output: Output = {
    write(stream, bytes) {
      if (bytes.length === 0) return
      const last = gathered.at(-1)
      if (last?.stream === stream) last.parts.push(bytes)
      else gathered.push({ stream, parts: [bytes] })
      gatheredBytes += bytes.length
      if (gatheredBytes >= GATHERED_BYTES) output.flush()
      else flushing ??= setImmediate(output.flush)
    },
    note: text => output.write('header', Buffer.from(text, 'utf8')),
    get full() {
      return updates.full
    },
    onDrain: updates.onDrain,
    flush() {
      if (flushing) clearImmediate(flushing)
      flushing = undefined
      if (gathered.length === 0) return
      const parts = gathered.map(({ stream, parts }) => ({
        stream,
        bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts),
      }))
      gathered = []
      gatheredBytes = 0
      updates.write(parts)
    },
  }
  return output
}
