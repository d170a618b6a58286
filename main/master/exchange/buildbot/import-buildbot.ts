import { join } from 'node:path'
import { HISTORY, hasHistory, LOGS } from '../../backup/data-files.ts'
import { type Database, openDatabase } from '../../db/database.ts'
import { readHeader } from '../../db/header.ts'
import { openHistory } from '../../db/history.ts'
import { LATEST, migrate } from '../../db/migrate.ts'
import { insertRun } from '../../db/runs.ts'
import { LOG_MIGRATIONS } from '../../logs/log-migrations.ts'
import type { Moment, RunId } from '../../model.ts'
import { importBuilds } from './builds.ts'
import { importChanges } from './changes.ts'
import { createMarks } from './marks.ts'
import { importNames } from './names.ts'
import type { ImportReport } from './report.ts'
import { importRequests } from './requests.ts'
import { type BuildbotSource, openBuildbot } from './source.ts'

export interface BuildbotOrder {
  /** A data directory that no other process has, and in which nothing is open. */
  readonly dataDir: string
  /** The folder of a Buildbot master, or its state.sqlite; or what was opened of it, which is closed. */
  readonly from: string | BuildbotSource
  readonly now: Moment
  readonly onProgress?: (what: string, share: number) => void
}

/** What each part of the import works with. */
export interface Importing {
  readonly source: BuildbotSource
  readonly db: Database
  readonly logs: Database
  readonly marks: ReturnType<typeof createMarks>
  readonly run: RunId
  readonly now: Moment
  /** Counts a row as added, known already or brought up to date. */
  count(how: 'added' | 'already' | 'updated', noun: string): void
  note(text: string): void
  readonly unreadable: { log: number; reason: string }[]
  tell(what: string, share: number): void
  logBytes: number
}

// Tables that say nothing of builds, or whose rows came along with others.
const COVERED =
  /^(masters|alembic_version|migrate_version|workers|buildslaves|builders|builders_tags|builder_masters|tags|changes|change_files|change_properties|change_users|users|users_info|sourcestamps|buildsets|buildset_properties|buildset_sourcestamps|buildrequests|buildrequest_claims|builds|build_properties|steps|logs|logchunks|schedulers|scheduler_masters|scheduler_changes|changesources|changesource_masters|configured_workers|connected_workers|objects|object_state|projects)$/

/**
 * Takes over what a Buildbot knows of its past: builders, builds, steps, logs, changes and
 * properties. What was imported before is not touched, so it can be done again while the
 * old master still builds; what was not complete then is brought up to date. Odd rows are
 * put aside and told of. Nothing that it brings waits or runs here.
 *
 * @throws Error that says why nothing was imported.
 */
export function importBuildbot(order: BuildbotOrder): ImportReport {
  const { dataDir, from, now, onProgress } = order
  refuseOtherSchema(dataDir)
  const source = typeof from === 'string' ? openBuildbot(from) : from
  let db: Database | undefined
  let logs: Database | undefined
  try {
    // Logs first: a history without them is one that has lost them.
    logs = openDatabase(join(dataDir, LOGS))
    migrate(logs, LOG_MIGRATIONS.at(-1)!.version, LOG_MIGRATIONS)
    db = openHistory(join(dataDir, HISTORY))
    const counts = { added: {}, already: {}, updated: {} } as Record<
      'added' | 'already' | 'updated',
      Record<string, number>
    >
    const notes: string[] = []
    const open = db
    const importing: Importing = {
      source,
      db: open,
      logs,
      marks: createMarks(open, source.key, now),
      run: open.transaction(() => importRun(open, now)),
      now,
      count: (how, noun) => void (counts[how][noun] = (counts[how][noun] ?? 0) + 1),
      note: text => void notes.push(text),
      unreadable: [],
      tell: (what, share) => onProgress?.(what, share),
      logBytes: 0,
    }
    importNames(importing)
    importChanges(importing)
    importRequests(importing)
    importBuilds(importing)
    const { quarantined } = importing.marks
    return {
      source: source.path,
      ...counts,
      quarantined,
      unreadable: importing.unreadable,
      notes,
      leftOut: leftOut(source),
      logBytes: importing.logBytes,
    }
  } finally {
    logs?.close()
    db?.close()
    source.close()
  }
}

/** @throws Error when the history has to be brought up to date first. */
export function refuseOtherSchema(dataDir: string): void {
  if (!hasHistory(dataDir)) return
  const path = join(dataDir, HISTORY)
  const { userVersion } = readHeader(path)
  if (userVersion !== LATEST)
    throw new Error(
      `${path} is of another version (schema ${userVersion} instead of ${LATEST}). Start Triphammer once, so that it is brought up to date, and import then.`,
    )
}

// Builds name the run of a master in which they were; these were in none of ours.
function importRun(db: Database, now: Moment): RunId {
  const known = db.get<{ id: RunId }>("SELECT id FROM runs WHERE shell = 'import' LIMIT 1")
  if (known) return known.id
  const id = insertRun(db, 'buildbot', 'import', now)
  db.run("UPDATE runs SET ended_at = ?, ending = 'clean' WHERE id = ?", now, id)
  return id
}

function leftOut(source: BuildbotSource): Record<string, number> {
  const others = source.tables().filter(name => !COVERED.test(name))
  const counted = others.map(name => [name, source.count(name)] as const)
  return Object.fromEntries(counted.filter(([, rows]) => rows > 0))
}
