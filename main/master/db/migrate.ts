import type { Database } from './database.ts'
import { initial } from './migrations/001-initial.ts'
import { slaveOperations } from './migrations/002-slave-operations.ts'
import { slaveKeys } from './migrations/003-slave-keys.ts'
import { quarantine } from './migrations/004-quarantine.ts'
import { imports } from './migrations/005-imports.ts'
import { runningBuilds } from './migrations/006-running-builds.ts'
import { timeline } from './migrations/007-timeline.ts'
import { monitors } from './migrations/008-monitors.ts'
import { environments } from './migrations/009-environments.ts'
import { vitals } from './migrations/010-vitals.ts'
import { noPasswords } from './migrations/011-no-passwords.ts'

export interface Migration {
  readonly version: number
  /**
   * The oldest schema whose program understands the file after this step, so that it may look at it
   * without writing. Only what is added beside can keep an older number; this one when not given.
   */
  readonly oldestReader?: number
  up(db: Database): void
}

/** In order. A released migration is never edited; a mistake is mended by the next one. */
export const MIGRATIONS: readonly Migration[] = [
  initial,
  slaveOperations,
  slaveKeys,
  quarantine,
  imports,
  runningBuilds,
  timeline,
  monitors,
  environments,
  vitals,
  noPasswords,
]

export const LATEST = MIGRATIONS.at(-1)!.version

/**
 * Brings `db` up to version `to`. Each migration commits together with its
 * version number, so a crash leaves the file at a whole version; a new file
 * is made at once, so a crash leaves one that is still new.
 *
 * @throws Error if a later Triphammer wrote the file, which is left untouched.
 */
export function migrate(
  db: Database,
  to: number = LATEST,
  migrations: readonly Migration[] = MIGRATIONS,
): void {
  refuseNewer(db, migrations)
  const found = db.userVersion
  const missing = migrations.filter(({ version }) => version > found && version <= to)
  if (found === 0) db.transaction(() => missing.forEach(apply))
  else for (const one of missing) db.transaction(() => apply(one))

  function apply({ version, up }: Migration) {
    up(db)
    db.userVersion = version
    db.exec(`PRAGMA application_id=${applicationId(oldestReaderOf(migrations, version))}`)
  }
}

/** The oldest schema whose program may look at a file of this version. */
export function oldestReaderOf(migrations: readonly Migration[], version: number): number {
  const passed = migrations.filter(one => one.version <= version)
  return Math.max(0, ...passed.map(one => one.oldestReader ?? one.version))
}

// "TH" and the number of the oldest reader: it stands in the first hundred bytes of the file.
const MARK = 0x5448

export function applicationId(oldestReader: number): number {
  return MARK * 0x1_0000 + oldestReader
}

/** What a file says of its oldest reader; `null` for one of 0.1.0, which says nothing. */
export function oldestReaderIn(id: number): number | null {
  return id >>> 16 === MARK ? id & 0xffff : null
}

function refuseNewer(db: Database, migrations: readonly Migration[]): void {
  const known = migrations.at(-1)?.version ?? 0
  if (db.userVersion > known)
    throw new Error(
      `${db.path} was written by a newer Triphammer (schema ${db.userVersion}, this version knows ${known}). ` +
        'Nothing was changed. Start the newer version, or restore the backup made before the update.',
    )
}
