import { randomBytes } from 'node:crypto'
import { constants, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { copyFile, link, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { artifactPath } from '../artifact-path.ts'
import { renamePatiently } from '../lasting.ts'
import type { Moment } from '../model.ts'
import { lookAtArtifact, type WantedArtifact, wantedArtifacts } from './artifacts.ts'
import { finishCopy, openSnapshot } from './copy-database.ts'
import { HISTORY, hasHistory, LOGS, smallFiles } from './data-files.ts'
import { demandSpace, hashFile, sizeOf, syncPath } from './files.ts'
import { type BackupFile, FORMAT, MANIFEST, type Manifest } from './manifest.ts'
import type { BackupReason } from './reason.ts'
import {
  countOpen,
  countRows,
  countShortLogs,
  lastId,
  logKeyOf,
  newestIds,
  quoted,
  schemaOf,
  tableNames,
} from './summary.ts'
import { verifyBackup } from './verify.ts'

export interface BackupOrder {
  readonly dataDir: string
  /** Where the new folder goes; `backups/` of the data directory when not given. */
  readonly into?: string
  /** Another configuration file than master.yml of the data directory. */
  readonly configFile?: string
  readonly reason: BackupReason
  /** Of the app. */
  readonly version: string
  /** The version that is about to be installed; only for `before`. */
  readonly coming?: string
  readonly now: Moment
  readonly onProgress?: (progress: Progress) => void
}

export interface Progress {
  readonly stage: 'history' | 'logs' | 'artifacts' | 'files' | 'verify'
  /** From 0 to 1, within the stage. */
  readonly share: number
}

export interface Backup {
  readonly name: string
  readonly folder: string
  readonly manifest: Manifest
}

export const BACKUPS = 'backups'
// Folders that are not whole yet. Whoever finds one was left it by a process that was killed.
export const UNFINISHED = '.unfinished-'

/** How many lost files a manifest names. */
export const MOST_NAMED = 100

const SPARE_BYTES = 16 * 1024 * 1024

/**
 * Makes a backup of a data directory that a master may be working in. It is
 * written under another name, synced, verified, and only then given its own: a
 * folder with a proper name is a whole one.
 *
 * History is read first and logs after: what history says of logs was stored
 * before, so the copy of the logs has it. What came only in between is cut off
 * again, because the ids of those logs will be given to others after a restore.
 *
 * @throws Error that says why there is none. Nothing is left behind then.
 */
export async function createBackup(order: BackupOrder): Promise<Backup> {
  const { dataDir, reason, version, now, onProgress } = order
  const into = order.into ?? join(dataDir, BACKUPS)
  const label = order.coming ?? version
  if (!hasHistory(dataDir))
    throw new Error(`${dataDir} has no ${HISTORY}: there is nothing to back up yet.`)
  mkdirSync(into, { recursive: true, mode: 0o700 })
  await demandSpace(into, (await databaseBytes(dataDir)) + SPARE_BYTES)
  const making = join(into, `${UNFINISHED}${randomBytes(6).toString('hex')}`)
  await mkdir(making, { mode: 0o700 })
  try {
    const history = await copyHistory(dataDir, making, onProgress)
    await finishCopy(join(making, HISTORY), () => {})
    onProgress?.({ stage: 'history', share: 1 })
    const logs = await copyLogs(dataDir, making, history.newestLog, onProgress)
    onProgress?.({ stage: 'logs', share: 1 })
    const artifacts = await keepArtifacts(dataDir, making, history.artifacts, onProgress)
    await copySmallFiles(dataDir, making, order.configFile)
    onProgress?.({ stage: 'files', share: 1 })
    const manifest: Manifest = {
      format: FORMAT,
      reason,
      madeAt: now,
      version,
      label,
      schemas: { history: history.schema, logs: logs.schema },
      counts: history.counts,
      logCounts: logs.counts,
      newest: history.newest,
      open: history.open,
      shortLogs: shortLogs(making),
      files: await describeFiles(making),
      artifacts,
    }
    const text = `${JSON.stringify(manifest, null, 2)}\n`
    await writeFile(join(making, MANIFEST), text, { mode: 0o600, flush: true })
    await syncFolders(making)
    onProgress?.({ stage: 'verify', share: 0 })
    await verifyBackup(making, { hashes: false })
    onProgress?.({ stage: 'verify', share: 1 })
    const name = freeName(into, nameOf(reason, label, now))
    const folder = join(into, name)
    await renamePatiently(making, folder)
    await syncPath(into)
    return { name, folder, manifest }
  } catch (error) {
    await rm(making, { recursive: true, force: true })
    throw error
  }
}

/** Removes what backups that were cut short have left. Only for whoever alone makes backups there. */
export function sweepUnfinished(into: string): void {
  if (!existsSync(into)) return
  for (const name of readdirSync(into))
    if (name.startsWith(UNFINISHED) && !isAlive(Number(PID_IN_NAME.exec(name)?.[1])))
      rmSync(join(into, name), { recursive: true, force: true })
}

const PID_IN_NAME = /^\.unfinished-of-(\d+)-/

/**
 * A folder for a process beside the master that makes a backup for elsewhere. What a killed
 * one has left there is swept by the next, and by the next start.
 */
export function beginUnfinished(into: string): string {
  mkdirSync(into, { recursive: true, mode: 0o700 })
  for (const name of readdirSync(into)) {
    const pid = PID_IN_NAME.exec(name)?.[1]
    if (pid && !isAlive(Number(pid))) rmSync(join(into, name), { recursive: true, force: true })
  }
  return mkdtempSync(join(into, `${UNFINISHED}of-${process.pid}-`))
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** `daily-0.2.0-2026-03-02T10-00-00Z`: sorts by time within a reason, and any system takes it. */
export function nameOf(reason: BackupReason, label: string, at: Moment): string {
  const time = new Date(at)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-')
  return `${reason}-${label.replace(/[^A-Za-z0-9.+-]/g, '_')}-${time}`
}

/** `wanted`, or with a number when another one has that name already. */
export function freeName(into: string, wanted: string): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}-${n}`
    if (!existsSync(join(into, name))) return name
  }
}

async function databaseBytes(dataDir: string): Promise<number> {
  const paths = [HISTORY, LOGS].flatMap(name => [name, `${name}-wal`])
  const sizes = await Promise.all(paths.map(name => sizeOf(join(dataDir, name))))
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function copyHistory(dataDir: string, making: string, onProgress: BackupOrder['onProgress']) {
  const snapshot = openSnapshot(join(dataDir, HISTORY))
  try {
    const { db } = snapshot
    await snapshot.copyTo(join(making, HISTORY), (done, total) =>
      onProgress?.({ stage: 'history', share: done / total }),
    )
    const newest = newestIds(db)
    return {
      schema: schemaOf(db),
      counts: countRows(db),
      newest,
      open: countOpen(db),
      newestLog: lastId(db, 'logs'),
      artifacts: wantedArtifacts(db),
    }
  } finally {
    snapshot.close()
  }
}

async function copyLogs(
  dataDir: string,
  making: string,
  newestLog: number,
  onProgress: BackupOrder['onProgress'],
) {
  const target = join(making, LOGS)
  const snapshot = openSnapshot(join(dataDir, LOGS))
  try {
    await snapshot.copyTo(target, (done, total) =>
      onProgress?.({ stage: 'logs', share: done / total }),
    )
  } finally {
    snapshot.close()
  }
  let facts = { schema: 0, counts: {} as Record<string, number> }
  await finishCopy(target, db => {
    for (const table of tableNames(db)) {
      const key = logKeyOf(db, table)
      if (key) db.prepare(`DELETE FROM ${quoted(table)} WHERE ${key} > ?`).run(newestLog)
    }
    facts = { schema: schemaOf(db), counts: countRows(db) }
  })
  return facts
}

function shortLogs(making: string): number {
  const history = new DatabaseSync(join(making, HISTORY), { readOnly: true })
  try {
    return countShortLogs(history, join(making, LOGS))
  } finally {
    history.close()
  }
}

// The files never change, so a second name for each costs nothing; where a file system
// has no such names it is copied. Each is read: one that is damaged is left out and named, so
// that it costs itself and not the backup.
async function keepArtifacts(
  dataDir: string,
  making: string,
  wanted: readonly WantedArtifact[],
  onProgress: BackupOrder['onProgress'],
): Promise<Manifest['artifacts']> {
  const missing: string[] = []
  const lost: string[] = []
  let sizeBytes = 0
  for (const [i, { sha256, name }] of wanted.entries()) {
    const kept = lookAtArtifact(dataDir, sha256)
    if (kept.problem === null) {
      const path = artifactPath(sha256)
      await keepFile(join(dataDir, path), join(making, path))
      sizeBytes += kept.sizeBytes
    } else {
      missing.push(sha256)
      if (lost.length < MOST_NAMED) lost.push(`${name}: ${kept.problem}`)
    }
    onProgress?.({ stage: 'artifacts', share: (i + 1) / wanted.length })
  }
  return {
    count: wanted.length - missing.length,
    sizeBytes,
    missing,
    ...(lost.length > 0 && { lost }),
  }
}

/** A second name for a file that never changes, or a copy of it. */
export async function keepFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  await link(from, to).catch(async error => {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    await copyFile(from, to, constants.COPYFILE_FICLONE)
    await syncPath(to)
  })
}

/** @param configFile The one in force, when it is not that of the data directory. */
export async function copySmallFiles(dataDir: string, making: string, configFile?: string) {
  for (const path of smallFiles(dataDir)) {
    await mkdir(dirname(join(making, path)), { recursive: true, mode: 0o700 })
    await copyFile(join(dataDir, path), join(making, path))
    await syncPath(join(making, path))
  }
  // The configuration in force is in the backup, wherever it stood.
  if (configFile && configFile !== join(dataDir, 'master.yml') && existsSync(configFile)) {
    await copyFile(configFile, join(making, 'master.yml'))
    await syncPath(join(making, 'master.yml'))
  }
}

async function describeFiles(making: string): Promise<BackupFile[]> {
  const paths = [HISTORY, LOGS, ...smallFiles(making)]
  const described: BackupFile[] = []
  for (const path of paths) described.push({ path, ...(await hashFile(join(making, path))) })
  return described
}

/** Names are on the disk only when their folder is. */
export async function syncFolders(folder: string): Promise<void> {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await syncFolders(join(folder, entry.name))
  await syncPath(folder)
}
