import type { Database } from './database.ts'

const MOST = 2 ** 48

/**
 * Has history give no id to a log under which logs.sqlite holds something already. Logs are
 * synced first, so after a power cut there may be some of which history has lost the row: a
 * new log would go on where they end.
 *
 * @param used The highest id in logs.sqlite.
 * @returns How many ids are passed over.
 */
export function keepLogIdsAbove(db: Database, used: number): number {
  // No master gives that many: it is a damaged row.
  if (used > MOST) return 0
  return db.transaction(() => {
    const row = db.get<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'logs'")
    if ((row?.seq ?? 0) >= used) return 0
    if (row) db.run("UPDATE sqlite_sequence SET seq = ? WHERE name = 'logs'", used)
    else db.run("INSERT INTO sqlite_sequence (name, seq) VALUES ('logs', ?)", used)
    return used - (row?.seq ?? 0)
  })
}
