import { brotliDecompressSync, unzipSync, zstdDecompressSync } from 'node:zlib'
import { unpackBzip2 } from './bzip2.ts'
import { unpackLz4 } from './lz4.ts'

/** How Buildbot packs chunks of logs: the numbers in its column `compressed`. */
const METHODS: Readonly<
  Record<number, { readonly name: string; readonly unpack: (bytes: Uint8Array) => Buffer }>
> = {
  0: { name: 'raw', unpack: bytes => Buffer.from(bytes) },
  1: { name: 'gz', unpack: unzipSync },
  2: { name: 'bz2', unpack: unpackBzip2 },
  3: { name: 'lz4', unpack: unpackLz4 },
  // Since 4.0.
  4: { name: 'zstd', unpack: zstdDecompressSync },
  5: { name: 'br', unpack: brotliDecompressSync },
}

/** @throws Error that names the method, known or not. */
export function unpackChunkOf(method: number, bytes: Uint8Array): Buffer {
  const known = METHODS[method]
  if (!known) throw new Error(`packed with method ${method}, which is not known`)
  try {
    return known.unpack(bytes)
  } catch (error) {
    throw new Error(`packed with ${known.name}, and damaged (${(error as Error).message})`)
  }
}
