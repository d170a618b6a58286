import { join } from 'node:path'
import { BACKUPS } from '../master/backup/create.ts'
import { type BackupInfo, describeBackup } from '../master/backup/list.ts'
import type { BackupSettings } from '../master/backup/settings.ts'
import { setSection } from '../master/config/edit.ts'
import { formatSize } from '../master/config/size.ts'
import type { Master } from '../master/master.ts'
import { mustBeGood, readConfigText, writeConfigText } from './config-text.ts'
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
  master: Master,
  { keep, maxSizeBytes, daily }: Partial<BackupSettings>,
): BackupSettings {
  const text = setSection(readConfigText(master), 'backups', {
    ...(keep !== undefined && { keep }),
    ...(maxSizeBytes !== undefined && { maxSize: formatSize(maxSizeBytes) }),
    ...(daily !== undefined && { daily }),
  })
  mustBeGood(master, text)
  writeConfigText(master, text)
  return master.config.current.backups
}
