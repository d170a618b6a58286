import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { artifactPath, isSha256 } from '../artifact-path.ts'

export interface WantedArtifact {
  readonly sha256: string
  /** The build and the path by which a person knows it. */
  readonly name: string
}

/** The files that a history names, each once. */
export function wantedArtifacts(history: DatabaseSync): WantedArtifact[] {
  const rows = history.prepare(
    `SELECT CAST(a.sha256 AS TEXT) AS sha256, min(a.path) AS path, count(*) AS names,
       bu.name AS builder, CAST(b.number AS TEXT) AS build
     FROM artifacts a LEFT JOIN builds b ON b.id = a.build_id LEFT JOIN builders bu ON bu.id = b.builder_id
     GROUP BY a.sha256 ORDER BY a.sha256`,
  )
  return rows.all().map(({ sha256, path, names, builder, build }) => {
    const others = Number(names) > 1 ? `, and ${Number(names) - 1} more` : ''
    return { sha256: String(sha256), name: `${builder} #${build}, ${path}${others}` }
  })
}

export type Kept =
  | { readonly problem: null; readonly sizeBytes: number }
  | { readonly problem: string; readonly missing: boolean }

/** Reads a kept file from end to end and compares it with its hash. */
export function lookAtArtifact(folder: string, sha256: string): Kept {
  if (!isSha256(sha256))
    return { problem: 'its row in history does not say which file it is', missing: true }
  let file: number
  try {
    file = openSync(join(folder, artifactPath(sha256)), 'r')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT'
      ? { problem: 'its file is gone', missing: true }
      : { problem: `its file can't be read (${message})`, missing: false }
  }
  try {
    const hash = createHash('sha256')
    const block = Buffer.allocUnsafe(1024 * 1024)
    let sizeBytes = 0
    for (let read = readSync(file, block); read > 0; read = readSync(file, block)) {
      hash.update(block.subarray(0, read))
      sizeBytes += read
    }
    return hash.digest('hex') === sha256
      ? { problem: null, sizeBytes }
      : { problem: 'its file is damaged', missing: false }
  } catch (error) {
    return { problem: `its file can't be read (${(error as Error).message})`, missing: false }
  } finally {
    closeSync(file)
  }
}
