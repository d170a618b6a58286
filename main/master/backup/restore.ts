import { constants, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { ARTIFACTS, artifactPath } from '../artifact-path.ts'
import { LATEST } from '../db/migrate.ts'
import { PATIENCE_ALONE_MS, renameAtOnce, writeLasting } from '../lasting.ts'
import { LOG_MIGRATIONS } from '../logs/log-migrations.ts'
import type { Moment } from '../model.ts'
import { ACKNOWLEDGED } from '../upgrade/acknowledged.ts'
import { BACKUPS, freeName, keepFile, nameOf, UNFINISHED } from './create.ts'
import { isKey, isMoved, isReplaced, replacedNames } from './data-files.ts'
import { describeFolder } from './describe.ts'
import { describeError, plainName } from './described.ts'
import { demandPlainFile, demandSpace, syncPath } from './files.ts'
import type { Manifest } from './manifest.ts'
import { type Verified, verifyBackup } from './verify.ts'

export interface RestoreOrder {
  /** A data directory that no other process has, and in which nothing is open. */
  readonly dataDir: string
  /** The folder of a backup. It may be one of that data directory's own. */
  readonly from: string
  /** Of the app that restores. */
  readonly version: string
  readonly now: Moment
  /** Whether the token and the keys in it come, too. Only those of backups of this data directory do by themselves. */
  readonly keys?: boolean
  readonly onProgress?: (progress: RestoreProgress) => void
}

export interface RestoreProgress {
  readonly stage: 'verify' | 'copy' | 'replace'
  readonly share: number
}

export interface Restored {
  readonly manifest: Manifest
  /** The backup that now holds what was there before; `null` when nothing was. */
  readonly replaced: string | null
  /** Names of keys in it that were left out. */
  readonly keysLeft: readonly string[]
  /** Kept files that the backup does not give back, in words. */
  readonly lost: readonly string[]
}

/** Where everything lies ready before it comes in. */
export const STAGED = '.restoring'
const INTENT = 'restore.json'

/** What stands in restore.json while files change places. */
interface Intent {
  readonly phase: 'aside' | 'in' | 'describe'
  /** Folder name in backups/ that takes what is there. */
  readonly aside: string
  /** What is moved there, and what comes in. */
  readonly leaving: readonly string[]
  readonly coming: readonly string[]
  readonly version: string
  readonly now: Moment
  /** The hash of what comes in, where somebody who was cut short wants to know it again. */
  readonly source?: string | undefined
}

// Names are joined to paths at which things are moved and removed.
const movedName = plainName.refine(isMoved, 'names what no restore moves')
const SHAPE = z.object({
  phase: z.enum(['aside', 'in', 'describe']),
  aside: plainName,
  leaving: z.array(movedName),
  coming: z.array(movedName),
  version: z.string(),
  now: z.int(),
  source: z.string().optional(),
})

/**
 * Puts a backup in the place of what a data directory holds. What was there is moved
 * aside whole, with its write-ahead logs, into a backup of its own; nothing is
 * overwritten. The backup itself stays as it is.
 *
 * All that can fail is done before the first file changes its place. From then on
 * restore.json says what is still to be done, and a start of the master does it.
 *
 * @throws Error that says why nothing was changed.
 */
export async function restoreBackup(order: RestoreOrder): Promise<Restored> {
  const { dataDir, from, version, now, onProgress } = order
  await finishRestore(dataDir)
  const keys = order.keys ?? isOwn(dataDir, from)
  const manifest = await verifyBackup(from, {
    hashes: true,
    foreign: !keys,
    onProgress: share => onProgress?.({ stage: 'verify', share }),
  })
  refuseNewer(from, manifest)
  refuseForeign(from, manifest)
  const bytes = manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0)
  await demandSpace(dataDir, bytes + SPARE_BYTES)
  const coming = await stage(order, manifest, keys)
  // Where its keys do not come, those that are here stay.
  const leaving = replacedNames(dataDir).filter(name => keys || !isKey(name))
  const replaced = await swapIn(dataDir, { coming, leaving, version, now }, share =>
    onProgress?.({ stage: 'replace', share }),
  )
  const named = new Set(manifest.files.map(({ path }) => path.split('/')[0]!).filter(isKey))
  return {
    manifest,
    replaced,
    keysLeft: keys ? [] : [...named],
    lost: manifest.lostArtifacts.map(one => one.what),
  }
}

/**
 * Moves aside what leaves, into a backup of its own, and what lies ready in. Returns that
 * backup's folder; `null` when nothing had to leave.
 */
export async function swapIn(
  dataDir: string,
  { coming, leaving, version, now, source }: Omit<Intent, 'phase' | 'aside'>,
  onStep: (share: number) => void = () => {},
): Promise<string | null> {
  const into = join(dataDir, BACKUPS)
  const aside = freeName(into, nameOf('replaced', version, now))
  if (leaving.length > 0) mkdirSync(join(into, aside), { recursive: true, mode: 0o700 })
  writeIntent(dataDir, { phase: 'aside', aside, leaving, coming, version, now, source })
  onStep(0)
  await finishRestore(dataDir, onStep)
  return leaving.length > 0 ? join(into, aside) : null
}

/**
 * Carries on with a restore that was cut short; at once done when there is none. Called
 * before anything in the data directory is opened. Returns what was carried on.
 */
export async function finishRestore(
  dataDir: string,
  onStep: (share: number) => void = () => {},
): Promise<Pick<Intent, 'source'> | undefined> {
  const staged = join(dataDir, STAGED)
  let intent = readIntent(dataDir)
  if (!intent) {
    // It ended before it changed anything.
    if (existsSync(staged)) await rm(staged, { recursive: true, force: true })
    return undefined
  }
  const aside = join(dataDir, BACKUPS, intent.aside)
  const steps = intent.leaving.length + intent.coming.length
  let done = 0
  if (intent.phase === 'aside') {
    if (intent.leaving.length > 0) mkdirSync(aside, { recursive: true, mode: 0o700 })
    for (const name of intent.leaving) {
      moveUnlessMoved(join(dataDir, name), join(aside, name))
      onStep(++done / steps)
    }
    await syncPath(dataDir)
    if (intent.leaving.length > 0) await syncPath(aside)
    intent = { ...intent, phase: 'in' }
    writeIntent(dataDir, intent)
  }
  if (intent.phase === 'in') {
    for (const name of intent.coming) {
      moveUnlessMoved(join(staged, name), join(dataDir, name))
      onStep(Math.min(1, ++done / steps))
    }
    await syncPath(dataDir)
    intent = { ...intent, phase: 'describe' }
    writeIntent(dataDir, intent)
  }
  // Whoever removed it since knows why.
  if (intent.leaving.length > 0 && existsSync(aside))
    await describeFolder(aside, { ...intent, reason: 'replaced', label: intent.version })
  await rm(staged, { recursive: true, force: true })
  rmSync(join(dataDir, INTENT), { force: true })
  await syncPath(dataDir)
  onStep(1)
  return intent
}

// Whoever can put something there is this user, and what is unpacked there may be anybody's.
function isOwn(dataDir: string, from: string): boolean {
  return (
    dirname(resolve(from)) === join(resolve(dataDir), BACKUPS) &&
    !basename(from).startsWith(UNFINISHED)
  )
}

const SPARE_BYTES = 16 * 1024 * 1024

function refuseNewer(from: string, { schemas, version }: Manifest) {
  const knownLogs = LOG_MIGRATIONS.at(-1)!.version
  if (schemas.history > LATEST || schemas.logs > knownLogs)
    throw new Error(
      `${from} holds data of version ${version}, which this version can't read (schema ${schemas.history}, ${LATEST} is known). Restore it with that version or a later one. Nothing was changed.`,
    )
}

// What comes in takes the place of what has its name: of a lock, say, or of other backups.
function refuseForeign(from: string, { files }: Manifest) {
  const foreign = files.find(
    ({ path }) => !isReplaced(path.split('/')[0]!) || path === ACKNOWLEDGED,
  )
  if (foreign)
    throw new Error(
      `${from} names ${foreign.path}, which is no part of a backup. Nothing was changed.`,
    )
}

// Everything beside its later place, and on the disk.
async function stage(
  { dataDir, from, onProgress }: RestoreOrder,
  manifest: Verified,
  keys: boolean,
) {
  const staged = join(dataDir, STAGED)
  await mkdir(staged, { recursive: true, mode: 0o700 })
  const names = new Set<string>()
  const lost = new Set(manifest.lostArtifacts.map(one => one.sha256))
  for (const [i, { path }] of manifest.files.entries()) {
    if (!keys && isKey(path.split('/')[0]!)) continue
    const target = join(staged, path)
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    await demandPlainFile(join(from, path))
    await copyFile(join(from, path), target, constants.COPYFILE_FICLONE)
    await syncPath(target)
    names.add(path.split('/')[0]!)
    onProgress?.({ stage: 'copy', share: (i + 1) / manifest.files.length })
  }
  for (const prefix of await readdir(join(from, ARTIFACTS)).catch(() => []))
    for (const sha256 of await readdir(join(from, ARTIFACTS, prefix)).catch(() => [])) {
      const path = artifactPath(sha256)
      // What is damaged, or has no hash for a name, stays where it is.
      if (path !== join(ARTIFACTS, prefix, sha256) || lost.has(sha256)) continue
      await demandPlainFile(join(from, path))
      await keepFile(join(from, path), join(staged, path))
      names.add(ARTIFACTS)
    }
  await syncPath(staged)
  return [...names]
}

// A name that is gone from here was moved before.
function moveUnlessMoved(from: string, to: string) {
  if (existsSync(from)) renameAtOnce(from, to, PATIENCE_ALONE_MS)
}

function writeIntent(dataDir: string, intent: Intent): void {
  writeLasting(join(dataDir, INTENT), `${JSON.stringify(intent)}\n`)
}

function readIntent(dataDir: string): Intent | undefined {
  try {
    return SHAPE.parse(JSON.parse(readFileSync(join(dataDir, INTENT), 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(
      `${join(dataDir, INTENT)} can't be read (${describeError(error)}). A restore was under way; what was there before is in ${join(dataDir, BACKUPS)}.`,
    )
  }
}
