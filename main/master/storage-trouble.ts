// The primary codes of SQLite for what passes by itself or with a person's help: another program
// holds the lock, or the disk is full, was pulled out or is broken. Nothing was written then.
const BUSY = new Set([5, 6])
const DISK = new Set([10, 13, 14])

/** Another program holds the lock that is needed for writing. */
export function isBusy(error: unknown): boolean {
  return BUSY.has(codeOf(error))
}

/** Nothing can be stored just now. Whoever has something to store tries again. */
export function isStorageTrouble(error: unknown): boolean {
  return isBusy(error) || DISK.has(codeOf(error))
}

function codeOf(error: unknown): number {
  const { errcode } = (error ?? {}) as { errcode?: unknown }
  return typeof errcode === 'number' ? errcode & 0xff : -1
}
