import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { renamePatiently } from '../lasting.ts'
import type { Moment } from '../model.ts'
import { BACKUPS, UNFINISHED } from './create.ts'
import { type FoundBackup, listBackups, sizeOfOwnArtifacts } from './list.ts'
import type { BackupReason } from './reason.ts'
import type { BackupSettings } from './settings.ts'

export interface Generation {
  readonly name: string
  readonly reason: BackupReason
  readonly madeAt: Moment
  readonly sizeBytes: number
}

const DAY_MS = 86_400_000
const DAYS = 7
const WEEKS = 8
const UPDATES = 5

/**
 * Which of the good backups go. The newest stays whatever happens; then those before
 * the last updates and what a restore replaced, one of each of the last days and weeks,
 * and as long as there is room the rest, newest first.
 */
export function chooseDropped(
  backups: readonly Generation[],
  { keep, maxSizeBytes }: Pick<BackupSettings, 'keep' | 'maxSizeBytes'>,
  now: Moment,
): string[] {
  const newestFirst = [...backups].sort((a, b) => b.madeAt - a.madeAt)
  const kept = new Set<Generation>()
  let sizeBytes = 0
  for (const one of inOrderOfWorth(newestFirst, now)) {
    const fits = kept.size < keep && sizeBytes + one.sizeBytes <= maxSizeBytes
    if (kept.size > 0 && !fits) continue
    kept.add(one)
    sizeBytes += one.sizeBytes
  }
  return newestFirst.filter(one => !kept.has(one)).map(one => one.name)
}

function inOrderOfWorth(newestFirst: readonly Generation[], now: Moment): Set<Generation> {
  const special = newestFirst.filter(one => one.reason === 'before' || one.reason === 'replaced')
  return new Set([
    ...newestFirst.slice(0, 1),
    ...special.slice(0, 1),
    ...newestOfEach(newestFirst, DAY_MS, DAYS, now),
    ...special.slice(1, UPDATES),
    ...newestOfEach(newestFirst, 7 * DAY_MS, WEEKS, now),
    ...newestFirst,
  ])
}

function newestOfEach(
  newestFirst: readonly Generation[],
  periodMs: number,
  periods: number,
  now: Moment,
): Generation[] {
  const seen = new Set<number>()
  return newestFirst.filter(({ madeAt }) => {
    const period = Math.floor((now - madeAt) / periodMs)
    if (period >= periods || seen.has(period)) return false
    seen.add(period)
    return true
  })
}

/**
 * Removes the backups that the settings have no room for, and returns their names. What
 * can't be restored is not judged here: a person may still want what is left of it.
 */
export async function applyGenerations(
  dataDir: string,
  settings: BackupSettings,
  now: Moment,
): Promise<string[]> {
  const good = listBackups(dataDir).filter(isGood)
  const dropped = chooseDropped(
    good.map(backup => ({
      name: backup.name,
      sizeBytes: backup.sizeBytes + sizeOfOwnArtifacts(backup),
      reason: backup.manifest.reason,
      madeAt: backup.manifest.madeAt,
    })),
    settings,
    now,
  )
  const into = join(dataDir, BACKUPS)
  for (const name of dropped) {
    // Under another name first: half a backup must not look like a whole one.
    const going = join(into, `${UNFINISHED}${name}`)
    await renamePatiently(join(into, name), going)
    await rm(going, { recursive: true, force: true })
  }
  return dropped
}

function isGood(
  backup: FoundBackup,
): backup is FoundBackup & { manifest: NonNullable<FoundBackup['manifest']> } {
  return backup.problem === null && backup.manifest !== null
}
