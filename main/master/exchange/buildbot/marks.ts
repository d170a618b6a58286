import type { Database } from '../../db/database.ts'
import { findMark, type Mark, saveMark } from '../../db/imports.ts'
import type { SourceRow } from './source.ts'

export type Noun =
  | 'slave'
  | 'builder'
  | 'change'
  | 'buildset'
  | 'request'
  | 'build'
  | 'step'
  | 'log'

/** What is known of rows that were imported, and what this import counts. */
export interface Marks {
  find(noun: Noun, sourceId: number): Mark | undefined
  /** The local id of a row; `undefined` when it is not there, or in quarantine. */
  localId(noun: Noun, sourceId: unknown): number | undefined
  set(noun: Noun, sourceId: number, localId: number, final: boolean): void
  /** Puts a row aside with the reason; it is told of, and not tried again. */
  quarantine(noun: Noun, table: string, sourceId: number, row: SourceRow, reason: string): void
  readonly quarantined: { noun: string; id: number; reason: string }[]
}

export function createMarks(db: Database, source: string, now: number): Marks {
  const quarantined: Marks['quarantined'] = []

  return { find, localId, set, quarantine, quarantined }

  function find(noun: Noun, sourceId: number): Mark | undefined {
    return findMark(db, source, noun, sourceId)
  }

  function localId(noun: Noun, sourceId: unknown): number | undefined {
    return typeof sourceId === 'number' ? find(noun, sourceId)?.localId || undefined : undefined
  }

  function set(noun: Noun, sourceId: number, localId: number, final: boolean) {
    saveMark(db, source, noun, sourceId, { localId, final })
  }

  function quarantine(noun: Noun, table: string, id: number, row: SourceRow, reason: string) {
    quarantined.push({ noun, id, reason })
    set(noun, id, 0, true)
    db.run(
      'INSERT INTO quarantine (at, table_name, reason, content) VALUES (?, ?, ?, ?)',
      now,
      `${source}: ${table}`,
      reason,
      JSON.stringify(row, (_key, value) =>
        value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value,
      ),
    )
  }
}
