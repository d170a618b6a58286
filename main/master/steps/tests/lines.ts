import { stripVTControlCharacters } from 'node:util'

const LONGEST_LINE_BYTES = 64 * 1024
// Some runners write all results as JSON in one line.
const LONGEST_JSON_BYTES = 16 * 1024 * 1024
const NEWLINE = 10
const BRACE = 123

export interface LineReader {
  write(bytes: Uint8Array): void
  /** Hands over a last line that has no line end. */
  end(): void
}

/**
 * Cuts a stream of bytes into lines of plain text, without colours and without line ends. The result does not depend on
 * the pieces in which the bytes come. What a line has beyond a limit is left out, so that a line without end costs nothing.
 */
export function createLineReader(onLine: (line: string) => void): LineReader {
  let parts: Uint8Array[] = []
  let held = 0

  return {
    write(bytes) {
      for (let at = 0; at < bytes.length; ) {
        const end = bytes.indexOf(NEWLINE, at)
        if (end < 0) return hold(bytes.subarray(at))
        const rest = bytes.subarray(at, end)
        if (parts.length === 0) onLine(plain(rest.subarray(0, limitOf(rest))))
        else {
          hold(rest)
          flush()
        }
        at = end + 1
      }
    },
    end() {
      if (held > 0) flush()
    },
  }

  function hold(piece: Uint8Array) {
    const room = limitOf(parts[0] ?? piece) - held
    if (room <= 0 || piece.length === 0) return
    // A copy: the piece may be a window into a message.
    parts.push(piece.slice(0, room))
    held += Math.min(room, piece.length)
  }

  function flush() {
    onLine(plain(Buffer.concat(parts)))
    parts = []
    held = 0
  }
}

function limitOf(start: Uint8Array): number {
  return start[0] === BRACE ? LONGEST_JSON_BYTES : LONGEST_LINE_BYTES
}

function plain(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
  const line = text.endsWith('\r') ? text.slice(0, -1) : text
  if (line.startsWith('{') || !/[\x1b\r\x08\x9b]/.test(line)) return line
  const bare = stripVTControlCharacters(line)
  // Progress that is drawn over itself: the last drawing is what stands there.
  return bare.slice(bare.lastIndexOf('\r') + 1)
}
