import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { Row } from '../db/database.ts'
import { readJson } from '../db/json.ts'
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
// With a checksum, so that no other bytes are read than were written.
const LEVEL = {
  params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 },
}
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

/** @throws Error that says why its bytes can't be had: damage, or a codec that this version does not know. */
export function unpackChunk(row: Row): Chunk {
  if (row.codec !== CODEC_ZSTD)
    throw new Error(`log ${row.log_id}, chunk ${row.seq}: unknown codec ${row.codec}`)
  const at = Number(row.at)
  const segments = segmentsOf(row.segments)
  const bytes = unpackBytes(row)
  const told = segments?.reduce((sum, [, byteCount]) => sum + byteCount, 0)
  if (!segments || told !== bytes.length)
    throw new Error(`log ${row.log_id}, chunk ${row.seq}: what it says of its streams is damaged`)
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
    bytes,
  }
}

function unpackBytes(row: Row): Buffer {
  const byteCount = Number(row.byte_count)
  let bytes: Buffer | undefined
  try {
    // Damaged bytes may claim to be any number of them.
    const most = { ...WHOLE, maxOutputLength: Math.max(1, byteCount) }
    bytes = zstdDecompressSync(row.data as Uint8Array, most)
  } catch {
    // The words of the library say nothing to a person.
  }
  if (bytes?.length !== byteCount)
    throw new Error(`log ${row.log_id}, chunk ${row.seq}: its bytes are damaged`)
  return bytes
}

function segmentsOf(text: unknown): [number, number, number][] | undefined {
  const found = readJson(String(text))
  const whole =
    Array.isArray(found) &&
    found.every(one => Array.isArray(one) && one.length === 3 && one.every(Number.isSafeInteger))
  return whole ? found : undefined
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
