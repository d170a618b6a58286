import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isOfDatabase, keptName, LOGS, replacedNames } from '../backup/data-files.ts'
import { demandSpace, sizeOf } from '../backup/files.ts'
import { finishRestore, STAGED, swapIn } from '../backup/restore.ts'
import { type Database, openDatabase } from '../db/database.ts'
import { insertEvent } from '../db/events.ts'
import { migrate } from '../db/migrate.ts'
import { syncFile } from '../lasting.ts'
import type { Moment } from '../model.ts'
import { ACKNOWLEDGED } from './acknowledged.ts'
import { copyWhole, settle } from './copy.ts'
import { acknowledgeAsTheyAre } from './loss.ts'
import { latestOf, STORES, storePath } from './stores.ts'

/**
 * Goes on with what is left of a history. A copy of it takes the place of the files, which
 * become a backup, with a copy of their write-ahead logs as they are: whoever finds the lost
 * part may still need them. Logs that history knows and that are not there say so where they are read.
 *
 * @returns The backup that holds what was there.
 */
export async function goOnWithRest(
  dataDir: string,
  { version, now, why }: { readonly version: string; readonly now: Moment; readonly why: string },
): Promise<string | null> {
  await finishRestore(dataDir)
  const files = STORES.flatMap(store => ['', '-wal'].map(end => storePath(dataDir, store) + end))
  const bytes = await Promise.all(files.map(sizeOf))
  await demandSpace(
    dataDir,
    bytes.reduce((sum, size) => sum + size, 0),
  )
  const staged = join(dataDir, STAGED)
  mkdirSync(staged, { recursive: true, mode: 0o700 })
  try {
    for (const store of STORES) {
      const [there, copy] = [storePath(dataDir, store), storePath(staged, store)]
      for (const end of ['', '-wal'])
        if (existsSync(there + end)) copyWhole(there + end, copy + end, () => {})
      if (existsSync(copy)) settle(copy)
    }
    makeWhole(staged, now, why)
    for (const store of STORES) syncFile(storePath(staged, store))
    await acknowledgeAsTheyAre(staged, now)
  } catch (error) {
    rmSync(staged, { recursive: true, force: true })
    throw error
  }
  // A backup is one file for each database; what SQLite takes for no part of it any more stays beside it.
  const logs = STORES.map(({ name }) => `${name}-wal`).filter(name =>
    existsSync(join(dataDir, name)),
  )
  for (const name of logs) copyWhole(join(dataDir, name), join(dataDir, keptName(name)), () => {})
  const leaving = [...replacedNames(dataDir).filter(isOfDatabase), ...logs.map(keptName)]
  return swapIn(dataDir, {
    coming: [...STORES.map(({ name }) => name), ACKNOWLEDGED],
    leaving,
    version,
    now,
  })
}

function makeWhole(staged: string, now: Moment, why: string) {
  const logs = openDatabase(join(staged, LOGS))
  try {
    if (logs.userVersion === 0) migrate(logs, latestOf(STORES[1]!), STORES[1]!.migrations)
  } finally {
    logs.close()
  }
  const history = openDatabase(storePath(staged, STORES[0]!))
  try {
    // An older history is brought to this version by the next start, and has these tables, too.
    promiseLostLogs(history, join(staged, LOGS))
    insertEvent(history, { at: now, kind: 'history-shortened', subject: '', detail: why })
  } finally {
    history.close()
  }
}

// Their lines are counted, so that a reader of the log is told which are gone.
function promiseLostLogs(history: Database, logsPath: string) {
  history.run('ATTACH ? AS log_file', logsPath)
  history.exec(`
    INSERT INTO log_file.logs (id, line_count, byte_count, complete)
      SELECT id, line_count, byte_count, 1 FROM main.logs WHERE complete = 1
    ON CONFLICT (id) DO UPDATE SET line_count = excluded.line_count, byte_count = excluded.byte_count, complete = 1
      WHERE excluded.byte_count > logs.byte_count;
    DETACH log_file
  `)
}
