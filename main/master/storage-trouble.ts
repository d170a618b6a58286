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

// What Node names as the call that failed, of calls that look at files or change them.
const FILE_CALLS =
  /^(open|close|read|write|f?l?stat|statfs|f?(data)?sync|f?truncate|mkdir|mkdtemp|rmdir|rm|unlink|rename|copyfile|link|symlink|readlink|realpath|scandir|opendir|access|f?chmod|f?l?utimes?|watch)/

/** A file or folder could not be used just now, by SQLite or by ourselves: no right to it, no room, no more handles, gone. */
export function isFileTrouble(error: unknown): boolean {
  if (isStorageTrouble(error)) return true
  const { code, syscall } = (error ?? {}) as { code?: unknown; syscall?: unknown }
  return typeof code === 'string' && typeof syscall === 'string' && FILE_CALLS.test(syscall)
}

function codeOf(error: unknown): number {
  const { errcode } = (error ?? {}) as { errcode?: unknown }
  return typeof errcode === 'number' ? errcode & 0xff : -1
}
