import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BACKUPS } from '../master/backup/create.ts'
import { type BackupInfo, describeBackup } from '../master/backup/list.ts'
import type { BackupSettings } from '../master/backup/settings.ts'
import type { ConfigFile } from '../master/config/config-file.ts'
import { setSection } from '../master/config/edit.ts'
import { parseConfig } from '../master/config/parse.ts'
import { formatSize } from '../master/config/size.ts'
import { describeProblem } from '../master/config/status.ts'
import { writeLasting } from '../master/lasting.ts'
import type { Master } from '../master/master.ts'
import { mustBe, RefusedError } from './refused.ts'

/** @throws RefusedError when there is none. */
export async function backUpNow({ backups, options }: Master): Promise<BackupInfo> {
  const { name } = await backups.create({ reason: 'manual' }).catch((error: Error) => {
    throw new RefusedError(`No backup was made: ${error.message}`)
  })
  const made = backups.list().find(one => one.name === name)
  return describeBackup(
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
  writeLasting(file, text)
  config.reload()
  return config.current.backups
}
