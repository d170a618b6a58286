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

// Lists of names, and no patterns: a backup may come from a stranger.
const SETTINGS = ['state.json', 'master.yml', 'master.last-good.yml']
/** What a person can't make again: the token of the API, and keys that slaves know this master by. */
const KEYS = ['api-token', 'environments.key', 'secrets', 'slave-port.pem']
const SMALL_FILES = new Set([...SETTINGS, ...KEYS])

/** Whether it opens this master or its slaves to whoever has it. */
export function isKey(name: string): boolean {
  return KEYS.includes(name)
}

/**
 * The small files of a data directory that belong in a backup, as paths with slashes.
 * Checkouts, mirrors, the app's log and what a browser keeps can be made again, or
 * say nothing of builds.
 */
export function smallFiles(dataDir: string): string[] {
  return entries(dataDir).flatMap(name => (SMALL_FILES.has(name) ? filesBelow(dataDir, name) : []))
}

/** The names in a data directory that a restore replaces as a whole. */
export function replacedNames(dataDir: string): string[] {
  return entries(dataDir).filter(isReplaced)
}

/** Whether a restore may put something of this name into a data directory. */
export function isReplaced(name: string): boolean {
  return isOfDatabase(name) || name === ARTIFACTS || SMALL_FILES.has(name)
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

/** What a copy of a write-ahead log is called that is kept beside a database whose it no longer is. */
export function keptName(name: string): string {
  return `${name}.kept`
}

/** Whether a restore, an import or a going-on may move what has this name into a data directory, or out of it. */
export function isMoved(name: string): boolean {
  return isReplaced(name) || [HISTORY, LOGS].some(database => name === keptName(`${database}-wal`))
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
