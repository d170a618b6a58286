import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ARTIFACTS } from '../artifact-path.ts'
import type { Moment } from '../model.ts'
import { BACKUPS, UNFINISHED } from './create.ts'
import { type Manifest, readManifest } from './manifest.ts'
import type { BackupReason } from './reason.ts'

/** A backup in a data directory, as far as a glance at its manifest tells. */
export interface FoundBackup {
  readonly name: string
  readonly folder: string
  readonly manifest: Manifest | null
  /** Why it can't be restored; `null` when nothing speaks against it. */
  readonly problem: string | null
  /** What it takes on the disk, its artifacts aside. */
  readonly sizeBytes: number
}

/** A backup in the data directory, as a list shows it. */
export interface BackupInfo {
  /** Of its folder. */
  readonly name: string
  readonly reason: BackupReason | null
  /** `null`, as the version, where that can't be read any more. */
  readonly madeAt: Moment | null
  /** That wrote the data. */
  readonly version: string | null
  readonly builds: number
  readonly changes: number
  readonly sizeBytes: number
  /** Kept files of builds that it lacks: they were gone or damaged when it was made. */
  readonly lackingFiles: number
  /** Those in words, as far as they were named. */
  readonly lacking: readonly string[]
  /** Why it can't be restored; `null` when nothing is known against it. */
  readonly problem: string | null
}

/** The backups of a data directory, newest first. Those without a manifest that can be read come last. */
export function listBackups(dataDir: string): FoundBackup[] {
  const into = join(dataDir, BACKUPS)
  if (!existsSync(into)) return []
  return readdirSync(into, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && !entry.name.startsWith(UNFINISHED))
    .map(entry => look(entry.name, join(into, entry.name)))
    .sort(
      (a, b) => (b.manifest?.madeAt ?? 0) - (a.manifest?.madeAt ?? 0) || (a.name < b.name ? 1 : -1),
    )
}

export function describeBackup({ name, manifest, problem, sizeBytes }: FoundBackup): BackupInfo {
  return {
    name,
    reason: manifest?.reason ?? null,
    madeAt: manifest?.madeAt ?? null,
    version: manifest?.version ?? null,
    builds: manifest?.counts.builds ?? 0,
    changes: manifest?.counts.changes ?? 0,
    sizeBytes,
    lackingFiles: manifest?.artifacts.missing.length ?? 0,
    lacking: manifest?.artifacts.lost ?? [],
    problem,
  }
}

function look(name: string, folder: string): FoundBackup {
  let sizeBytes = 0
  try {
    sizeBytes = sizeOfFiles(folder)
    const manifest = readManifest(folder)
    const problem = manifest.damage ?? wrongSizes(folder, manifest)
    return { name, folder, manifest, problem, sizeBytes }
  } catch (error) {
    return { name, folder, manifest: null, problem: (error as Error).message, sizeBytes }
  }
}

function wrongSizes(folder: string, manifest: Manifest): string | null {
  for (const { path, sizeBytes } of manifest.files) {
    const found = statSync(join(folder, path), { throwIfNoEntry: false })
    if (!found) return `${path} is gone`
    if (found.size !== sizeBytes) return `${path} has ${found.size} bytes instead of ${sizeBytes}`
  }
  return null
}

// Artifacts are left out: nearly all of them have other names, and there may be very many.
function sizeOfFiles(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    if (entry.name === ARTIFACTS) return sum
    const path = join(folder, entry.name)
    return (
      sum +
      (entry.isDirectory()
        ? sizeOfFiles(path)
        : (statSync(path, { throwIfNoEntry: false })?.size ?? 0))
    )
  }, 0)
}

/** What the artifacts take that no other name leads to: it would be free without this backup. */
export function sizeOfOwnArtifacts({ folder }: FoundBackup): number {
  const root = join(folder, ARTIFACTS)
  if (!existsSync(root)) return 0
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => statSync(join(entry.parentPath, entry.name)))
    .reduce((sum, { size, nlink }) => sum + (nlink > 1 ? 0 : size), 0)
}
