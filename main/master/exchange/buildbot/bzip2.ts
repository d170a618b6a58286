/**
 * Unpacks bzip2. The decoders on npm have been left alone for years, and Node has none;
 * Buildbot's chunks are small, so this one is made to be read rather than to be fast.
 *
 * @throws Error when the data is damaged.
 */
export function unpackBzip2(packed: Uint8Array): Buffer {
  const bits = readBits(packed)
  const blocks: Buffer[] = []
  // Several streams may stand one after the other.
  while (!bits.atEnd()) {
    if (bits.read(24) !== 0x425a68) throw damaged('no header')
    const level = bits.read(8) - 0x30
    if (level < 1 || level > 9) throw damaged('level')
    let combined = 0
    for (;;) {
      const mark = bits.read(24) * 0x100_0000 + bits.read(24)
      const crc = bits.read(32)
      if (mark === END) {
        if (crc !== combined) throw damaged('checksum of the whole')
        break
      }
      if (mark !== BLOCK) throw damaged('mark of a block')
      const block = readBlock(bits, level * 100_000)
      if (checksum(block) !== crc) throw damaged('checksum of a block')
      combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0
      blocks.push(block)
    }
    bits.align()
  }
  return Buffer.concat(blocks)
}

const BLOCK = 0x314159265359
const END = 0x177245385090
const GROUP = 50
const LONGEST_CODE = 20

type Bits = ReturnType<typeof readBits>

function readBits(bytes: Uint8Array) {
  let at = 0
  let bit = 0
  const one = () => {
    if (at >= bytes.length) throw damaged('it ends too early')
    const value = (bytes[at]! >> (7 - bit)) & 1
    if (++bit === 8) {
      bit = 0
      at++
    }
    return value
  }
  return {
    one,
    /** Up to 32 bits. */
    read(count: number): number {
      let value = 0
      for (let i = 0; i < count; i++) value = value * 2 + one()
      return value
    },
    align() {
      if (bit > 0) at++
      bit = 0
    },
    atEnd: () => at >= bytes.length,
  }
}

function readBlock(bits: Bits, largest: number): Buffer {
  if (bits.one() === 1) throw damaged('randomised blocks are of before 1998')
  const origin = bits.read(24)
  const alphabet = readAlphabet(bits)
  const tables = readTables(bits, alphabet.length + 2)
  const shuffled = readSymbols(bits, alphabet, tables, largest)
  if (origin >= shuffled.length) throw damaged('origin')
  return expandRuns(unshuffle(shuffled, origin))
}

// Which bytes there are: sixteen bits for rows of sixteen, then a bit for each byte of such a row.
function readAlphabet(bits: Bits): number[] {
  const rows = bits.read(16)
  const bytes: number[] = []
  for (let row = 0; row < 16; row++) {
    if (!(rows & (0x8000 >> row))) continue
    for (let column = 0; column < 16; column++) if (bits.one()) bytes.push(row * 16 + column)
  }
  if (bytes.length === 0) throw damaged('empty alphabet')
  return bytes
}

interface Tables {
  /** Which of the code tables each group of symbols uses. */
  readonly selectors: readonly number[]
  readonly codes: readonly Code[]
  readonly symbols: number
}

/** A canonical Huffman code: for each length the first code, and where its symbols begin. */
interface Code {
  readonly counts: readonly number[]
  readonly symbols: readonly number[]
}

function readTables(bits: Bits, symbols: number): Tables {
  const count = bits.read(3)
  const groups = bits.read(15)
  if (count < 2 || count > 6 || groups === 0) throw damaged('tables')
  const order = Array.from({ length: count }, (_, i) => i)
  const selectors: number[] = []
  for (let i = 0; i < groups; i++) {
    let back = 0
    while (bits.one()) if (++back >= count) throw damaged('selector')
    const [table] = order.splice(back, 1)
    order.unshift(table!)
    selectors.push(table!)
  }
  const codes = order.map(() => readCode(bits, symbols))
  return { selectors, codes, symbols }
}

function readCode(bits: Bits, symbols: number): Code {
  let length = bits.read(5)
  const lengths: number[] = []
  for (let i = 0; i < symbols; i++) {
    for (;;) {
      if (length < 1 || length > LONGEST_CODE) throw damaged('length of a code')
      if (!bits.one()) break
      length += bits.one() ? -1 : 1
    }
    lengths.push(length)
  }
  const counts = new Array<number>(LONGEST_CODE + 1).fill(0)
  for (const one of lengths) counts[one]!++
  const inOrder = lengths.map((of, symbol) => ({ of, symbol }))
  inOrder.sort((a, b) => a.of - b.of || a.symbol - b.symbol)
  return { counts, symbols: inOrder.map(({ symbol }) => symbol) }
}

function readSymbol(bits: Bits, { counts, symbols }: Code): number {
  let code = 0
  let first = 0
  let index = 0
  for (let length = 1; length <= LONGEST_CODE; length++) {
    code = code * 2 + bits.one()
    const count = counts[length]!
    if (code - first < count) return symbols[index + code - first]!
    index += count
    first = (first + count) * 2
  }
  throw damaged('code')
}

// Huffman, then move-to-front, with runs of the front byte counted in bijective base 2.
function readSymbols(bits: Bits, alphabet: number[], tables: Tables, largest: number): Uint8Array {
  const out = new Uint8Array(largest)
  const front = [...alphabet]
  const end = tables.symbols - 1
  let at = 0
  let run = 0
  let weight = 1
  for (let group = 0; ; group++) {
    const selector = tables.selectors[group]
    if (selector === undefined) throw damaged('too few selectors')
    const code = tables.codes[selector]!
    for (let i = 0; i < GROUP; i++) {
      const symbol = readSymbol(bits, code)
      if (symbol <= 1) {
        run += weight << symbol
        weight <<= 1
        if (run > largest) throw damaged('run')
        continue
      }
      if (run > 0) {
        if (at + run > largest) throw damaged('size')
        out.fill(front[0]!, at, at + run)
        at += run
        run = 0
        weight = 1
      }
      if (symbol === end) return out.subarray(0, at)
      if (at >= largest) throw damaged('size')
      const [byte] = front.splice(symbol - 1, 1)
      front.unshift(byte!)
      out[at++] = byte!
    }
  }
}

// Undoes Burrows and Wheeler.
function unshuffle(last: Uint8Array, origin: number): Uint8Array {
  const starts = new Uint32Array(257)
  for (const byte of last) starts[byte + 1]!++
  for (let byte = 0; byte < 256; byte++) starts[byte + 1]! += starts[byte]!
  const next = new Uint32Array(last.length)
  for (let i = 0; i < last.length; i++) next[starts[last[i]!]!++] = i
  const out = new Uint8Array(last.length)
  let at = next[origin]!
  for (let i = 0; i < out.length; i++) {
    out[i] = last[at]!
    at = next[at]!
  }
  return out
}

// Four equal bytes are followed by how many more of them there are.
function expandRuns(bytes: Uint8Array): Buffer {
  const parts: Uint8Array[] = []
  let from = 0
  let same = 0
  for (let i = 0; i < bytes.length; i++) {
    if (same === 4) {
      parts.push(bytes.subarray(from, i), new Uint8Array(bytes[i]!).fill(bytes[i - 1]!))
      from = i + 1
      same = 0
    } else same = i > from && bytes[i] === bytes[i - 1] ? same + 1 : 1
  }
  parts.push(bytes.subarray(from))
  return Buffer.concat(parts)
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let i = 0; i < 8; i++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0)
  return crc >>> 0
})

// The same polynomial as zip's, with the highest bit first.
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = ((crc << 8) ^ CRC_TABLE[(crc >>> 24) ^ byte]!) >>> 0
  return ~crc >>> 0
}

function damaged(what: string): Error {
  return new Error(`bzip2: damaged (${what})`)
}
