import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { Row } from '../db/database.ts'
import { type Moment, STREAMS, type Stream } from '../model.ts'

/** Bytes of one stream that arrived at about one time. */
export interface Segment {
  readonly stream: Stream
  readonly byteCount: number
  readonly at: Moment
}

/** A stretch of a log, as it is when unpacked. Offsets are of the whole log. */
export interface Chunk {
  readonly seq: number
  /** How many lines start before this chunk. */
  readonly firstLine: number
  /** How many lines start in it. 0 in the middle of a very long line. */
  readonly lineCount: number
  readonly firstByte: number
  readonly segments: readonly Segment[]
  readonly bytes: Buffer
}

export const CHUNK_BYTES = 128 * 1024

const CODEC_ZSTD = 1
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 3 } }
// Unpacked into one buffer, not into many that are then joined.
const WHOLE = { chunkSize: CHUNK_BYTES }
const NEWLINE = 10

export function packChunk(
  chunk: Chunk,
): [at: Moment, segments: string, codec: number, data: Buffer] {
  const at = chunk.segments[0]?.at ?? 0
  const segments = chunk.segments.map(s => [STREAMS.indexOf(s.stream), s.byteCount, s.at - at])
  const { codec, data } = packBytes(chunk.bytes)
  return [at, JSON.stringify(segments), codec, data]
}

export function packBytes(bytes: Uint8Array): { codec: number; data: Buffer } {
  return { codec: CODEC_ZSTD, data: zstdCompressSync(bytes, LEVEL) }
}

/** @throws Error when the row was written with a codec that this version does not know. */
export function unpackChunk(row: Row): Chunk {
  if (row.codec !== CODEC_ZSTD)
    throw new Error(`log ${row.log_id}, chunk ${row.seq}: unknown codec ${row.codec}`)
  const at = row.at as Moment
  const segments = JSON.parse(row.segments as string) as [number, number, number][]
  return {
    seq: row.seq as number,
    firstLine: row.first_line as number,
    lineCount: row.line_count as number,
    firstByte: row.first_byte as number,
    segments: segments.map(([stream, byteCount, afterMs]) => ({
      stream: STREAMS[stream] ?? 'stdout',
      byteCount,
      at: at + afterMs,
    })),
    bytes: zstdDecompressSync(row.data as Uint8Array, WHOLE),
  }
}

export interface LineStart {
  /** Byte offset within the chunk. */
  readonly offset: number
  readonly stream: Stream
  readonly at: Moment
}

/**
 * Where lines start within a chunk. A line starts after a newline, and also
 * where another stream cuts in, so that each line belongs to one stream.
 */
export function lineStarts(chunk: Chunk): LineStart[] {
  const starts: LineStart[] = []
  let offset = 0
  // Counted as if the chunk began with a new line; corrected below when it does not.
  let atStart = true
  let before: Stream | undefined
  for (const { stream, byteCount, at } of chunk.segments) {
    const end = offset + byteCount
    if (!atStart && stream !== before) atStart = true
    while (offset < end) {
      if (atStart) starts.push({ offset, stream, at })
      const newline = chunk.bytes.indexOf(NEWLINE, offset)
      atStart = newline >= 0 && newline < end
      offset = atStart ? newline + 1 : end
    }
    before = stream
  }
  return starts.length > chunk.lineCount ? starts.slice(1) : starts
}

/** Counts newlines. */
export function countNewlines(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return count
}
