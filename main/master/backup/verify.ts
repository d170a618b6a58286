import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { artifactPath } from '../artifact-path.ts'
import { actsByItself } from './acts.ts'
import { lookAtArtifact, wantedArtifacts } from './artifacts.ts'
import { HISTORY, LOGS } from './data-files.ts'
import { hashFile } from './files.ts'
import { type Manifest, readManifest } from './manifest.ts'
import { countRows, countShortLogs, damageOf, schemaOf } from './summary.ts'

export interface VerifyOptions {
  /** Whether every file is read and its hash compared. Off right after they were computed. */
  readonly hashes: boolean
  /** Whether it comes from somebody who may not be trusted: then nothing in its databases may act by itself. */
  readonly foreign?: boolean
  readonly onProgress?: (share: number) => void
}

export interface LostArtifact {
  readonly sha256: string
  readonly what: string
}

export interface Verified extends Manifest {
  /** Kept files that this backup can't give back. */
  readonly lostArtifacts: readonly LostArtifact[]
}

/**
 * Opens a backup and counts what is in it. Nothing in it is changed, and nothing
 * is made beside its files. Kept files that are gone or damaged are told.
 *
 * @throws Error that says what is wrong.
 */
export async function verifyBackup(folder: string, options: VerifyOptions): Promise<Verified> {
  const manifest = readManifest(folder)
  if (manifest.damage !== undefined)
    throw new Error(`${folder} is kept as it was found: ${manifest.damage}`)
  for (const [i, file] of manifest.files.entries()) {
    const path = join(folder, file.path)
    const found = await stat(path).catch(() => undefined)
    if (!found?.isFile()) throw new Error(`${path} is gone`)
    if (found.size !== file.sizeBytes)
      throw new Error(`${path} has ${found.size} bytes instead of ${file.sizeBytes}`)
    if (options.hashes && (await hashFile(path)).sha256 !== file.sha256)
      throw new Error(`${path} is damaged: it does not have the hash that was written down`)
    options.onProgress?.((i + 1) / (manifest.files.length + 1))
  }
  if (options.foreign) for (const name of [HISTORY, LOGS]) refuseWhatActs(join(folder, name))
  countAll(folder, manifest)
  const lost = lostArtifacts(folder, options.hashes)
  options.onProgress?.(1)
  return { ...manifest, lostArtifacts: lost }
}

// Before any of its rows is read: a view may stand for a table, and never end.
function refuseWhatActs(path: string) {
  const db = open(path)
  try {
    const found = actsByItself(db)
    if (found !== null)
      throw new Error(
        `${path} has ${found}, which acts by itself and which no Triphammer makes. Nothing was changed; add --with-keys if you trust whoever made the backup`,
      )
  } finally {
    db.close()
  }
}

function countAll(folder: string, manifest: Manifest) {
  const history = open(join(folder, HISTORY))
  try {
    expectSame(folder, 'schema of history', manifest.schemas.history, schemaOf(history))
    expectCounts(folder, manifest.counts, countRows(history))
    quickCheck(folder, HISTORY, history)
    expectSame(
      folder,
      'logs that are too short',
      manifest.shortLogs,
      countShortLogs(history, join(folder, LOGS)),
    )
  } finally {
    history.close()
  }
  const logs = open(join(folder, LOGS))
  try {
    expectSame(folder, 'schema of logs', manifest.schemas.logs, schemaOf(logs))
    expectCounts(folder, manifest.logCounts, countRows(logs))
    quickCheck(folder, LOGS, logs)
  } finally {
    logs.close()
  }
}

function open(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { readOnly: true })
  } catch (error) {
    throw new Error(`${path} can't be opened: ${(error as Error).message}`)
  }
}

function quickCheck(folder: string, name: string, db: DatabaseSync) {
  const damage = damageOf(db)
  if (damage !== null) throw new Error(`${join(folder, name)} is damaged: ${damage}`)
}

function expectCounts(
  folder: string,
  wanted: Readonly<Record<string, number>>,
  found: Readonly<Record<string, number>>,
) {
  for (const [table, rows] of Object.entries(wanted))
    expectSame(folder, `rows of ${table}`, rows, found[table] ?? 0)
}

function expectSame(folder: string, what: string, wanted: number, found: number) {
  if (wanted !== found) throw new Error(`${folder}: ${what}: ${found} instead of ${wanted}`)
}

// A file that is gone or damaged costs itself: history and logs can be restored all the same.
function lostArtifacts(folder: string, hashes: boolean): LostArtifact[] {
  const history = open(join(folder, HISTORY))
  try {
    return wantedArtifacts(history).flatMap(({ sha256, name }) => {
      if (!hashes && existsSync(join(folder, artifactPath(sha256)))) return []
      const { problem } = lookAtArtifact(folder, sha256)
      return problem === null ? [] : [{ sha256, what: `${name}: ${problem}` }]
    })
  } finally {
    history.close()
  }
}
