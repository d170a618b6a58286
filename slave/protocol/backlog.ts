/**
 * Bytes of a stream that were sent, or are to be sent, and that the other end may
 * not have yet. Offsets count from the stream's beginning, so that after a lost
 * link both ends know what is missing and nothing is taken twice.
 */
export interface Backlog {
  /** Offset of the first byte that is kept. */
  readonly start: number
  /** Offset after the last one. */
  readonly end: number
  append(bytes: Uint8Array): void
  /** The other end has everything before `offset`; what is kept of it goes. */
  release(offset: number): void
  /** At most `most` bytes from `offset`; empty at the end. */
  read(offset: number, most: number): Uint8Array
}

export function createBacklog(): Backlog {
  let parts: Uint8Array[] = []
  let start = 0
  let end = 0
  return {
    get start() {
      return start
    },
    get end() {
      return end
    },
    append(bytes) {
      if (bytes.length === 0) return
      parts.push(bytes)
      end += bytes.length
    },
    release(offset) {
      let surplus = Math.min(offset, end) - start
      if (surplus <= 0) return
      start += surplus
      let whole = 0
      for (const part of parts) {
        if (part.length > surplus) break
        surplus -= part.length
        whole++
      }
      parts = parts.slice(whole)
      if (surplus > 0) parts[0] = parts[0]!.subarray(surplus)
    },
    read(offset, most) {
      let skip = Math.max(0, offset - start)
      let left = most
      const found: Uint8Array[] = []
      for (const part of parts) {
        if (left <= 0) break
        if (skip >= part.length) {
          skip -= part.length
          continue
        }
        const piece = part.subarray(skip, skip + left)
        skip = 0
        left -= piece.length
        found.push(piece)
      }
      return found.length === 1 ? found[0]! : Buffer.concat(found)
    },
  }
}
