import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { BACKUPS, UNFINISHED } from './create.ts'
import { ARTIFACTS } from './data-files.ts'
import { MANIFEST, type Manifest, readManifest } from './manifest.ts'

/** A backup in a data directory, as far as a glance at its manifest tells. */
export interface FoundBackup {
  readonly name: string
  readonly folder: string
  readonly manifest: Manifest | null
  /** Why it can't be restored; `null` when nothing speaks against it. */
  readonly problem: string | null
  /** What it takes on the disk besides artifacts that others have, too. */
  readonly sizeBytes: number
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

function look(name: string, folder: string): FoundBackup {
  const sizeBytes = sizeOfFolder(folder)
  try {
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
  return existsSync(join(folder, MANIFEST)) ? null : `${MANIFEST} is gone`
}

// An artifact that other names lead to takes no room of its own here.
function sizeOfFolder(folder: string, artifacts = false): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sum + sizeOfFolder(path, artifacts || entry.name === ARTIFACTS)
    const { size, nlink } = statSync(path)
    return sum + (artifacts && nlink > 1 ? 0 : size)
  }, 0)
}
