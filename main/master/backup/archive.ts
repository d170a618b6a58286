import { existsSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { renamePatiently } from '../lasting.ts'
import { syncPath } from './files.ts'
import { MANIFEST } from './manifest.ts'

const ENDINGS = /\.(tar|tar\.zst|tar\.gz|tgz)$/i

/** Whether a path names a backup in one file rather than a folder. */
export function isArchiveName(path: string): boolean {
  return ENDINGS.test(path)
}

/**
 * Packs the folder of a backup into one file, manifest first, so that it says what it is.
 * An older file of that name is there until the new one is whole.
 */
export async function packBackup(folder: string, file: string): Promise<void> {
  // Loaded when it is needed: most commands do without.
  const { create } = await import('tar')
  // Always the same name: what a killed process left is written over.
  const making = join(dirname(file), `.${basename(file)}.unfinished`)
  const how = { zstd: /zst$/i.test(file), gzip: /gz$/i.test(file) }
  try {
    const others = (await readdir(folder)).filter(name => name !== MANIFEST)
    // A name that begins with @ would be an archive to take in.
    const names = [MANIFEST, ...others].map(name => `./${name}`)
    await create({ cwd: folder, file: making, portable: true, mode: 0o600, ...how }, names)
    await syncPath(making)
    await renamePatiently(making, file)
    await syncPath(dirname(file))
  } finally {
    await rm(making, { force: true })
  }
}

/**
 * Unpacks such a file into a new folder.
 *
 * @throws Error that says why the file is none.
 */
export async function unpackBackup(file: string, into: string): Promise<void> {
  if (!existsSync(file)) throw new Error(`${file} is not there`)
  const { extract } = await import('tar')
  await mkdir(into, { recursive: true, mode: 0o700 })
  try {
    // Links are no part of a backup; what leads out of the folder is refused by tar itself.
    const filter = (_path: string, entry: object) =>
      !('type' in entry) || ['File', 'OldFile', 'Directory'].includes(String(entry.type))
    await extract({ cwd: into, file, strict: true, preserveOwner: false, filter })
  } catch (error) {
    throw new Error(`${file} can't be unpacked (${(error as Error).message})`)
  }
  if (!existsSync(join(into, MANIFEST)))
    throw new Error(`${file} holds no backup: there is no ${MANIFEST} in it`)
}
