import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Where output waits on disk while there is no link. */
export interface Spool {
  /** The most that one command may keep. Above this its program waits. */
  limitBytes: number
  open(commandId: string): SpoolFile
  /** Removes what a slave before this one left. */
  clear(): void
}

export interface SpoolFile {
  /** Returns the place of `bytes`, or `undefined` when the disk did not take them. */
  write(bytes: Uint8Array): number | undefined
  read(place: number, byteCount: number): Uint8Array
  /** Removes it. */
  close(): void
}

export const SPOOL_BYTES = 1024 ** 3

/** One file for each command that has something to keep, below `folder`. Nothing is made before it is needed. */
export function createSpool(folder: string): Spool {
  return {
    limitBytes: SPOOL_BYTES,
    clear: () => rmSync(folder, { recursive: true, force: true }),
    open: id => openSpoolFile(folder, createHash('sha256').update(id).digest('hex').slice(0, 32)),
  }
}

function openSpoolFile(folder: string, name: string): SpoolFile {
  const path = join(folder, name)
  let file: number | undefined
  let end = 0

  return {
    write(bytes) {
      try {
        if (file === undefined) {
          mkdirSync(folder, { recursive: true, mode: 0o700 })
          file = openSync(path, 'w+', 0o600)
        }
        let written = 0
        while (written < bytes.length)
          written += writeSync(file, bytes, written, bytes.length - written, end + written)
      } catch {
        return undefined
      }
      const place = end
      end += bytes.length
      return place
    },
    read(place, byteCount) {
      const bytes = Buffer.alloc(byteCount)
      let got = 0
      while (got < byteCount) {
        const count = readSync(file!, bytes, got, byteCount - got, place + got)
        if (count === 0) throw new Error(`${path} is shorter than what was written into it`)
        got += count
      }
      return bytes
    },
    close() {
      if (file === undefined) return
      closeSync(file)
      file = undefined
      rmSync(path, { force: true })
    },
  }
}
