import { existsSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { artifactPath } from '../artifact-path.ts'
import { renamePatiently } from '../lasting.ts'
import type { Moment } from '../model.ts'
import { wantedArtifacts } from './artifacts.ts'
import { COMPANIONS, HISTORY, LOGS, smallFiles } from './data-files.ts'
import { hashFile, syncPath } from './files.ts'
import { FORMAT, MANIFEST, type Manifest } from './manifest.ts'
import { countOpen, countRows, countShortLogs, damageOf, newestIds, schemaOf } from './summary.ts'

/**
 * Makes a folder with the files of a data directory, which nobody works in, a backup that
 * can be restored, where it is sound. One that is described already stays as it is.
 */
export async function describeFolder(
  aside: string,
  what: Pick<Manifest, 'reason' | 'version' | 'label'> & { readonly now: Moment },
): Promise<void> {
  if (existsSync(join(aside, MANIFEST))) return
  const facts = describeDatabases(aside)
  const files = []
  const named = [HISTORY, LOGS].flatMap(name => [name, ...COMPANIONS.map(end => name + end)])
  for (const path of [...named.filter(name => existsSync(join(aside, name))), ...smallFiles(aside)])
    files.push({ path, ...(await hashFile(join(aside, path))) })
  const manifest: Manifest = {
    format: FORMAT,
    reason: what.reason,
    madeAt: what.now,
    version: what.version,
    label: what.label,
    files,
    ...facts,
  }
  const whole = join(aside, `${MANIFEST}.new`)
  const text = `${JSON.stringify(manifest, null, 2)}\n`
  await writeFile(whole, text, { mode: 0o600, flush: true })
  await renamePatiently(whole, join(aside, MANIFEST))
  await syncPath(aside)
}

// SQLITE_BUSY, READONLY, IOERR, FULL, CANTOPEN.
const OF_THE_DISK = new Set([5, 8, 10, 13, 14])

type Facts = Omit<Manifest, 'format' | 'reason' | 'madeAt' | 'version' | 'label' | 'files'>

function describeDatabases(aside: string): Facts {
  try {
    for (const name of [HISTORY, LOGS]) makeOneFile(join(aside, name))
    const history = new DatabaseSync(join(aside, HISTORY), { readOnly: true })
    const logs = new DatabaseSync(join(aside, LOGS), { readOnly: true })
    try {
      const artifacts = wantedArtifacts(history)
      const sizeOf = ({ sha256 }: { sha256: string }) =>
        statSync(join(aside, artifactPath(sha256)), { throwIfNoEntry: false })?.size
      const there = artifacts.filter(one => sizeOf(one) !== undefined)
      return {
        schemas: { history: schemaOf(history), logs: schemaOf(logs) },
        counts: countRows(history),
        logCounts: countRows(logs),
        newest: newestIds(history),
        open: countOpen(history),
        shortLogs: countShortLogs(history, join(aside, LOGS)),
        artifacts: {
          count: there.length,
          sizeBytes: there.reduce((sum, one) => sum + (sizeOf(one) ?? 0), 0),
          missing: artifacts.filter(one => !there.includes(one)).map(one => one.sha256),
        },
      }
    } finally {
      history.close()
      logs.close()
    }
  } catch (error) {
    // That there is no room, or no way in, says nothing of the file; whoever comes next describes it.
    if (OF_THE_DISK.has(((error as { errcode?: number }).errcode ?? 0) & 0xff)) throw error
    return {
      schemas: { history: 0, logs: 0 },
      counts: {},
      logCounts: {},
      newest: {},
      open: 0,
      shortLogs: 0,
      artifacts: { count: 0, sizeBytes: 0, missing: [] },
      damage: (error as Error).message,
    }
  }
}

// Looked at by a reader first: one that is damaged stays as it is, byte for byte.
function makeOneFile(path: string) {
  if (!existsSync(path)) throw new Error(`there was no ${path.endsWith(LOGS) ? LOGS : HISTORY}`)
  // A change that was cut short has to be undone first, which a reader can't.
  if (!existsSync(`${path}-journal`)) {
    const reader = new DatabaseSync(path, { readOnly: true })
    try {
      const damage = damageOf(reader)
      if (damage !== null) throw new Error(`${path}: ${damage}`)
    } finally {
      reader.close()
    }
  }
  const db = new DatabaseSync(path)
  try {
    db.exec('PRAGMA journal_mode=DELETE')
  } finally {
    db.close()
  }
}
