import type { Database } from './database.ts'

/** What is known here of a row of another program. */
export interface Mark {
  /** 0 when the row is in quarantine. */
  readonly localId: number
  /** Whether the row will not change at its source any more. */
  readonly final: boolean
}

/** @param source Tells the place that it came from, and its ids, from others. */
export function findMark(
  db: Database,
  source: string,
  noun: string,
  sourceId: number,
): Mark | undefined {
  const row = db.get<{ local_id: number; final: number }>(
    'SELECT local_id, final FROM imports WHERE source = ? AND noun = ? AND source_id = ?',
    source,
    noun,
    sourceId,
  )
  return row && { localId: row.local_id, final: row.final === 1 }
}

export function saveMark(
  db: Database,
  source: string,
  noun: string,
  sourceId: number,
  { localId, final }: Mark,
): void {
  db.run(
    `INSERT INTO imports (source, noun, source_id, local_id, final) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (source, noun, source_id) DO UPDATE SET local_id = excluded.local_id, final = excluded.final`,
    source,
    noun,
    sourceId,
    localId,
    Number(final),
  )
}
