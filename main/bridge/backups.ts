import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BACKUPS } from '../master/backup/create.ts'
import type { FoundBackup } from '../master/backup/list.ts'
import type { BackupSettings } from '../master/backup/settings.ts'
import type { ConfigFile } from '../master/config/config-file.ts'
import { setSection } from '../master/config/edit.ts'
import { parseConfig } from '../master/config/parse.ts'
import { formatSize } from '../master/config/size.ts'
import { describeProblem } from '../master/config/status.ts'
import type { Master } from '../master/master.ts'
import type { BackupInfo } from './contract.ts'
import { mustBe, RefusedError } from './refused.ts'
import { writeWhole } from './write-whole.ts'

export function backupInfo({ name, manifest, problem, sizeBytes }: FoundBackup): BackupInfo {
  return {
    name,
    reason: manifest?.reason ?? null,
    madeAt: manifest?.madeAt ?? null,
    version: manifest?.version ?? null,
    builds: manifest?.counts.builds ?? 0,
    changes: manifest?.counts.changes ?? 0,
    sizeBytes,
    problem,
  }
}

/** @throws RefusedError when there is none. */
export async function backUpNow({ backups, options }: Master): Promise<BackupInfo> {
  const { name } = await backups.create({ reason: 'manual' }).catch((error: Error) => {
    throw new RefusedError(`No backup was made: ${error.message}`)
  })
  const made = backups.list().find(one => one.name === name)
  return backupInfo(
    mustBe(made, `${join(options.dataDir, BACKUPS, name)} was removed again at once`),
  )
}

/** Writes what changes into master.yml, and has it read. */
export function changeBackupSettings(
  config: ConfigFile,
  { keep, maxSizeBytes, daily }: Partial<BackupSettings>,
): BackupSettings {
  const { file } = config.status
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const text = setSection(before, 'backups', {
    ...(keep !== undefined && { keep }),
    ...(maxSizeBytes !== undefined && { maxSize: formatSize(maxSizeBytes) }),
    ...(daily !== undefined && { daily }),
  })
  const { config: next, problems } = parseConfig(text, file)
  if (!next) throw new RefusedError(describeProblem(problems[0]!))
  writeWhole(file, text)
  config.reload()
  return config.current.backups
}
