import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { lookAtArtifact, wantedArtifacts } from '../backup/artifacts.ts'
import { HISTORY, LOGS } from '../backup/data-files.ts'
import { quoted, tableNames } from '../backup/summary.ts'
import { withReader } from '../db/header.ts'
import { readChunk } from '../logs/lost-piece.ts'
import { JSON_COLUMNS } from './quarantine.ts'

/** A piece that is damaged or gone while everything around it can be used. */
export interface Loss {
  readonly kind: 'log' | 'artifact' | 'value'
  /** Where it is, and what is wrong with it. */
  readonly what: string
}

/**
 * Reads each piece of each log, each artifact, and each value that has to be JSON. Only for
 * databases that are sound as a whole. History goes first: what it says of logs is stored.
 */
export function findLosses(dataDir: string): Loss[] {
  return withReader(join(dataDir, HISTORY), history => [
    ...withReader(join(dataDir, LOGS), logs => lostPieces(history, logs)),
    ...lostArtifacts(dataDir, history),
    ...oddValues(history),
  ])
}

function lostPieces(history: DatabaseSync, logs: DatabaseSync): Loss[] {
  const known = new Set(tableNames(history))
  if (!known.has('logs') || !tableNames(logs).includes('chunks')) return []
  const promised = history.prepare(
    `SELECT id, byte_count FROM logs WHERE complete = 1 AND byte_count > 0
     AND max(id, byte_count) <= ${Number.MAX_SAFE_INTEGER}`,
  )
  const placeOf = placesOfLogs(history)
  const lost: Loss[] = []
  const held = new Map<number, number>()
  const all = logs.prepare('SELECT * FROM chunks ORDER BY log_id, seq')
  all.setReadBigInts(true)
  for (const row of all.iterate()) {
    const plain = { ...row, codec: Number(row.codec) }
    const chunk = readChunk(plain)
    const id = Number(row.log_id)
    held.set(id, (held.get(id) ?? 0) + chunk.byteCount)
    if (chunk.lost !== undefined)
      lost.push({ kind: 'log', what: `${placeOf(id)}: ${linesOf(row)} can't be read` })
  }
  for (const row of promised.all()) {
    const id = Number(row.id)
    const missing = Number(row.byte_count) - (held.get(id) ?? 0)
    if (missing > 0) lost.push({ kind: 'log', what: `${placeOf(id)}: ${missing} bytes are gone` })
  }
  return lost
}

function linesOf({ first_line, line_count }: Record<string, unknown>): string {
  const first = Number(first_line) + 1
  const last = first + Number(line_count) - 1
  return last > first ? `lines ${first} to ${last}` : `line ${first}`
}

function placesOfLogs(history: DatabaseSync): (id: number) => string {
  const find = history.prepare(
    `SELECT bu.name AS builder, CAST(b.number AS TEXT) AS build, s.name AS step, l.name AS log
     FROM logs l JOIN steps s ON s.id = l.step_id JOIN builds b ON b.id = s.build_id
     JOIN builders bu ON bu.id = b.builder_id WHERE l.id = ?`,
  )
  return id => {
    const row = find.get(id)
    return row ? `${row.builder} #${row.build}, ${row.step}, log ${row.log}` : `log ${id}`
  }
}

function lostArtifacts(dataDir: string, history: DatabaseSync): Loss[] {
  return wantedArtifacts(history).flatMap(({ sha256, name }): Loss[] => {
    const { problem } = lookAtArtifact(dataDir, sha256)
    return problem === null ? [] : [{ kind: 'artifact', what: `${name}: ${problem}` }]
  })
}

function oddValues(history: DatabaseSync): Loss[] {
  return JSON_COLUMNS.flatMap(({ table, column }): Loss[] => {
    try {
      const odd = `${column} IS NOT NULL AND NOT json_valid(${column})`
      const { n } = history
        .prepare(`SELECT count(*) AS n FROM ${quoted(table)} WHERE ${odd}`)
        .get() as { n: number }
      if (n === 0) return []
      const rows = n === 1 ? '1 row' : `${n} rows`
      return [{ kind: 'value', what: `${column} in ${rows} of ${table} is no JSON` }]
    } catch {
      // An older history has no such table or column yet.
      return []
    }
  })
}
