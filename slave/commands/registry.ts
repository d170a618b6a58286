import type { StartCommand } from './command.ts'
import {
  startCpdir,
  startDownloadFile,
  startGlob,
  startListdir,
  startMkdir,
  startRmdir,
  startRmfile,
  startStat,
  startUploadFile,
} from './files.ts'
import { startShell } from './shell.ts'
import { startUploadDirectory } from './upload-directory.ts'
import { startUploadFiles } from './upload-files.ts'

/** What this slave can do, by the names that masters use. */
export const COMMANDS: Readonly<Record<string, StartCommand>> = {
  shell: startShell,
  mkdir: startMkdir,
  rmdir: startRmdir,
  rmfile: startRmfile,
  cpdir: startCpdir,
  stat: startStat,
  listdir: startListdir,
  glob: startGlob,
  upload_file: startUploadFile,
  uploadFile: startUploadFile,
  upload_directory: startUploadDirectory,
  uploadDirectory: startUploadDirectory,
  upload_files: startUploadFiles,
  download_file: startDownloadFile,
  downloadFile: startDownloadFile,
}

/** The form of the commands, as Buildbot counts it: with `max_lines` and `failure_reason`. */
export const COMMANDS_VERSION = '3.3'
