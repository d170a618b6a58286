import { existsSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ARTIFACTS } from '../artifact-path.ts'
import { readHeader } from '../db/header.ts'
import { ACKNOWLEDGED } from '../upgrade/acknowledged.ts'

export const HISTORY = 'history.sqlite'
export const LOGS = 'logs.sqlite'

/** Whether there is a history. A process that died in its first moment has left a file without tables. */
export function hasHistory(dataDir: string): boolean {
  const path = join(dataDir, HISTORY)
  return existsSync(path) && readHeader(path).userVersion !== 0
}

/** What SQLite may have beside a database. */
export const COMPANIONS = ['-wal', '-shm', '-journal'] as const

// Settings, and what a person can't make again: keys that slaves know this master by.
const SMALL_FILES =
  /^(state\.json|master\.yml|master\.last-good\.yml|api-token|(keys|secrets|tls|slave-keys)[^/]*|.*\.(key|pem|crt))$/

/**
 * The small files of a data directory that belong in a backup, as paths with slashes.
 * Checkouts, mirrors, the app's log and what a browser keeps can be made again, or
 * say nothing of builds.
 */
export function smallFiles(dataDir: string): string[] {
  return entries(dataDir).flatMap(name => (SMALL_FILES.test(name) ? filesBelow(dataDir, name) : []))
}

/** The names in a data directory that a restore replaces as a whole. */
export function replacedNames(dataDir: string): string[] {
  return entries(dataDir).filter(isReplaced)
}

/** Whether a restore may put something of this name into a data directory. */
export function isReplaced(name: string): boolean {
  return isOfDatabase(name) || name === ARTIFACTS || SMALL_FILES.test(name)
}

/** Whether it is one of the databases, or what lies beside one and tells of it alone. */
export function isOfDatabase(name: string): boolean {
  return (
    name === ACKNOWLEDGED ||
    [HISTORY, LOGS].some(
      database => name === database || COMPANIONS.some(end => name === database + end),
    )
  )
}

function filesBelow(root: string, path: string): string[] {
  const stat = lstatSync(join(root, path), { throwIfNoEntry: false })
  if (stat?.isFile()) return [path]
  if (!stat?.isDirectory()) return []
  return readdirSync(join(root, path)).flatMap(name => filesBelow(root, `${path}/${name}`))
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
