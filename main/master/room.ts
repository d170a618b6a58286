import { statfsSync } from 'node:fs'

/** How much room the disk of a folder has. */
export interface Room {
  readonly freeBytes: number
  /** What is kept free: below it no logs are written and no builds begin. */
  readonly reserveBytes: number
  readonly short: boolean
}

// History must be able to say how builds end, and a person to clean up.
const MOST_RESERVE_BYTES = 200e6
const RESERVE_SHARE = 0.05
// A look costs some microseconds; a fast program writes megabytes meanwhile.
const LOOK_MS = 50

/** Looks at the disk when it is asked, but not more often than it changes much. */
export function createRoomWatch(
  folder: string,
  look: (folder: string) => { bavail: number; blocks: number; bsize: number } = statfsSync,
): () => Room {
  let last: Room | undefined
  let lookedAt = 0
  return () => {
    const now = performance.now()
    if (last && now - lookedAt < LOOK_MS) return last
    lookedAt = now
    last = readRoom(folder, look)
    return last
  }
}

function readRoom(folder: string, look: Parameters<typeof createRoomWatch>[1] & {}): Room {
  try {
    const { bavail, blocks, bsize } = look(folder)
    const freeBytes = bavail * bsize
    const reserveBytes = Math.min(MOST_RESERVE_BYTES, RESERVE_SHARE * blocks * bsize)
    return { freeBytes, reserveBytes, short: freeBytes < reserveBytes }
  } catch {
    // A file system that does not tell is taken to have room.
    return { freeBytes: Number.POSITIVE_INFINITY, reserveBytes: 0, short: false }
  }
}

/** A full disk in one sentence, for whoever waits for it. */
export function describeShortage({ freeBytes, reserveBytes }: Room): string {
  const mb = (bytes: number) => `${Math.round(bytes / 1e6)} MB`
  return `the disk of the master is full: ${mb(freeBytes)} are free, and no build begins below ${mb(reserveBytes)}; "triphammer check" says what takes the room`
}

/** What is said where a write failed for want of room; `undefined` of any other error. */
export function wordsOfFullDisk(error: unknown): string | undefined {
  const { code, message = '' } = error as NodeJS.ErrnoException
  if (code !== 'ENOSPC' && !/database or disk is full|ENOSPC/.test(message)) return undefined
  return 'the disk of the master is full, and what was to be stored could not be. Make room on it and try again; "triphammer check" says how much its files take'
}
