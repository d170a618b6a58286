/**
 * Unpacks one LZ4 block, as Python's `lz4.block` writes it: its unpacked size in four
 * bytes, then the block. There is no well-kept decoder without native code, and the
 * format is a page: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 *
 * @throws Error when the block is damaged.
 */
export function unpackLz4(packed: Uint8Array): Buffer {
  if (packed.length < 4) throw new Error('LZ4: too short')
  const size = Buffer.from(packed.buffer, packed.byteOffset, 4).readUInt32LE(0)
  if (size > LARGEST_BYTES) throw new Error(`LZ4: ${size} bytes are more than a log chunk has`)
  const out = Buffer.alloc(size)
  let from = 4
  let to = 0
  while (from < packed.length) {
    const token = byte()
    const literals = length(token >> 4)
    if (from + literals > packed.length || to + literals > size) throw damaged()
    out.set(packed.subarray(from, from + literals), to)
    from += literals
    to += literals
    // The last sequence has no match.
    if (from === packed.length) break
    const distance = byte() | (byte() << 8)
    const matched = length(token & 15) + SHORTEST_MATCH
    if (distance === 0 || distance > to || to + matched > size) throw damaged()
    // Byte by byte: a match may reach into what it writes itself.
    for (let i = 0; i < matched; i++, to++) out[to] = out[to - distance]!
  }
  if (to !== size) throw damaged()
  return out

  function byte(): number {
    if (from >= packed.length) throw damaged()
    return packed[from++]!
  }

  function length(nibble: number): number {
    let sum = nibble
    if (nibble === 15) for (let more = 255; more === 255; sum += more) more = byte()
    return sum
  }
}

const SHORTEST_MATCH = 4
const LARGEST_BYTES = 256 * 1024 * 1024

function damaged(): Error {
  return new Error('LZ4: the block is damaged')
}
