import type { Database } from '../../main/master/db/database.ts'
import { unpackChunk } from '../../main/master/logs/chunk.ts'
import type { LogId, Stream } from '../../main/master/model.ts'
import type { Random } from './random.ts'

/** A line as a simple-minded reader of the stored bytes finds it. */
export interface ModelLine {
  readonly stream: Stream
  readonly bytes: Buffer
}

/** All that is stored of a log, in the order of storing. */
export function storedPieces(db: Database, logId: LogId): ModelLine[] {
  const rows = db.all('SELECT * FROM chunks WHERE log_id = ? ORDER BY seq', logId)
  return rows.map(unpackChunk).flatMap(({ segments, bytes }) => {
    let offset = 0
    return segments.map(({ stream, byteCount }) => {
      offset += byteCount
      return { stream, bytes: bytes.subarray(offset - byteCount, offset) }
    })
  })
}

/** What is stored of one stream. */
export function storedStream(db: Database, logId: LogId, stream: Stream): Buffer {
  const own = storedPieces(db, logId).filter(piece => piece.stream === stream)
  return Buffer.concat(own.map(piece => piece.bytes))
}

/** A new line begins after a newline, and where another stream cuts in. */
export function modelLines(db: Database, logId: LogId): ModelLine[] {
  const lines: { stream: Stream; bytes: Buffer[] }[] = []
  let open = false
  for (const { stream, bytes } of storedPieces(db, logId)) {
    for (let from = 0; from < bytes.length; ) {
      const last = lines.at(-1)
      const newline = bytes.indexOf(10, from)
      const to = newline < 0 ? bytes.length : newline + 1
      const part = bytes.subarray(from, to)
      if (open && last?.stream === stream) last.bytes.push(part)
      else lines.push({ stream, bytes: [part] })
      open = newline < 0
      from = to
    }
  }
  return lines.map(({ stream, bytes }) => {
    const whole = Buffer.concat(bytes)
    return { stream, bytes: whole.at(-1) === 10 ? whole.subarray(0, -1) : whole }
  })
}

/** Bytes of every kind: text, no UTF-8, NUL, CR, many newlines, few, long runs without one. */
export function randomBytes(random: Random): Buffer {
  switch (random.int(0, 6)) {
    case 0:
      return Buffer.alloc(0)
    case 1:
      return Buffer.from('\n'.repeat(random.int(1, 20)))
    case 2:
      return random.bytes(random.int(1, 200))
    case 3:
      return Buffer.from(`${'é€😀a'.repeat(random.int(1, 30))}${random.pick(['', '\n', '\r\n'])}`)
    case 4:
      return Buffer.alloc(random.int(1, 300_000), random.pick(['x', '\0', '\xff']))
    case 5:
      return Buffer.from(`${'a short line\n'.repeat(random.int(1, 3000))}tail`)
    default:
      return Buffer.from(`word ${random.int(0, 9)} ${random.pick(['\r', '\t', '', '\n'])}`)
  }
}
