import { existsSync, linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BACKUPS, freeName } from '../backup/create.ts'
import { describeFolder } from '../backup/describe.ts'
import { syncPath } from '../backup/files.ts'
import { PATIENCE_ALONE_MS, renameAtOnce, renamePatiently, syncFolder } from '../lasting.ts'
import { hasIntentBegun, type Intent, readIntent, removeIntent, WORKING } from './intent.ts'
import { STORES } from './stores.ts'

/** What a start found of an upgrade that an earlier one began. */
export type Found =
  | { readonly kind: 'nothing' }
  /** It was cut short before anything had changed. */
  | { readonly kind: 'cut-short'; readonly version: string; readonly startedAt: number }
  /** It was cut short when the new files were whole, and they are in their place now. */
  | { readonly kind: 'finished'; readonly intent: Intent }

/** Ends or undoes an upgrade that was cut short. Called before anything in the data directory is opened. */
export async function finishUpgrade(dataDir: string): Promise<Found> {
  const intent = readIntent(dataDir)
  const working = join(dataDir, WORKING)
  if (intent === undefined) {
    // The folder is removed last; without an intent it is of no use to anybody.
    if (existsSync(working)) rmSync(working, { recursive: true, force: true })
    if (hasIntentBegun(dataDir)) removeIntent(dataDir)
    return { kind: 'nothing' }
  }
  if (intent?.phase === 'swap') {
    await carryOut(dataDir, intent)
    return { kind: 'finished', intent }
  }
  rmSync(working, { recursive: true, force: true })
  if (intent) rmSync(join(dataDir, BACKUPS, intent.filling), { recursive: true, force: true })
  removeIntent(dataDir)
  return {
    kind: 'cut-short',
    version: intent?.version ?? 'unknown',
    startedAt: intent?.startedAt ?? 0,
  }
}

/**
 * Lets the new files take the place of the old ones, which are kept. Each step can be told
 * from what is where: whoever comes back after a crash goes on.
 */
export async function carryOut(dataDir: string, intent: Intent): Promise<void> {
  const working = join(dataDir, WORKING)
  const backups = join(dataDir, BACKUPS)
  const filling = join(backups, intent.filling)
  const kept = join(backups, intent.backup)
  const aside = existsSync(kept) ? kept : filling
  mkdirSync(aside, { recursive: true, mode: 0o700 })
  for (const { name } of intent.files) {
    const [there, coming, old] = [join(dataDir, name), join(working, name), join(aside, name)]
    if (existsSync(coming)) {
      if (!existsSync(old)) {
        keepAside(there, old)
        syncFolder(aside)
      }
      renameAtOnce(coming, there, PATIENCE_ALONE_MS)
      syncFolder(dataDir)
    }
  }
  await describeFolder(aside, {
    reason: 'before',
    version: intent.wroteVersion,
    label: intent.version,
    now: intent.startedAt,
  })
  if (aside === filling) {
    await renamePatiently(filling, kept)
    await syncPath(backups)
  }
  removeIntent(dataDir)
  rmSync(working, { recursive: true, force: true })
}

// A second name first: there is no moment without a history, in which another version could begin a new one.
function keepAside(there: string, old: string) {
  try {
    linkSync(there, old)
  } catch {
    // This file system has no second names.
    renameAtOnce(there, old, PATIENCE_ALONE_MS)
  }
}

/** A name for the backup that is not taken. */
export function backupName(dataDir: string, wanted: string): string {
  return freeName(join(dataDir, BACKUPS), wanted)
}

/**
 * Files of the databases that must not lie beside a new one. Nobody has them open, so a `-shm`
 * that a killed process left is of no use, and is removed.
 */
export function strayCompanions(dataDir: string): string[] {
  for (const { name } of STORES) rmSync(join(dataDir, `${name}-shm`), { force: true })
  const names = STORES.flatMap(({ name }) => [`${name}-wal`, `${name}-journal`])
  const there = new Set(readdirSync(dataDir))
  return names.filter(name => there.has(name))
}
