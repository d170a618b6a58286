import type { Stream } from '../../model.ts'

export interface Piece {
  readonly stream: Stream
  readonly bytes: Buffer
}

const NEWLINE = 10
const STREAM_OF: Readonly<Record<string, Stream>> = { o: 'stdout', e: 'stderr', h: 'header' }

/**
 * The lines of one chunk as bytes of streams. Buildbot joins lines by newlines and ends
 * them all alike; in a log of type `s` the first character of each says its stream.
 */
export function piecesOf(chunk: Buffer, type: string): Piece[] {
  if (type !== 's') return [{ stream: 'stdout', bytes: Buffer.concat([chunk, Buffer.of(NEWLINE)]) }]
  const pieces: Piece[] = []
  let stream: Stream | undefined
  let parts: Buffer[] = []
  const end = () => {
    if (stream && parts.length > 0) pieces.push({ stream, bytes: Buffer.concat(parts) })
    parts = []
  }
  for (let from = 0; from <= chunk.length; ) {
    const newline = chunk.indexOf(NEWLINE, from)
    const to = newline < 0 ? chunk.length : newline
    const mark = STREAM_OF[String.fromCharCode(chunk[from] ?? 0)]
    if ((mark ?? 'stdout') !== stream) {
      end()
      stream = mark ?? 'stdout'
    }
    // A line without a mark that we know stays as it is.
    parts.push(chunk.subarray(mark ? from + 1 : from, to), Buffer.of(NEWLINE))
    from = to + 1
  }
  end()
  return pieces
}
