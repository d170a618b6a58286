// SQLITE_CORRUPT and SQLITE_NOTADB.
const DAMAGED = new Set([11, 26])

/** Whether an error says that a database is damaged, and not that it can't be reached. */
export function saysDamaged(error: unknown): boolean {
  const { errcode } = error as { errcode?: number }
  return errcode !== undefined && DAMAGED.has(errcode & 0xff)
}
