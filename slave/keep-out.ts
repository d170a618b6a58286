import { execFile } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// Borg, restic, tar and others pass over a folder that has this file: https://bford.info/cachedir/
const CACHE_TAG = 'CACHEDIR.TAG'
const TAG_TEXT = `Signature: 8a477f597d28d172789f06886806bc55
# Build folders of Triphammer: all of this can be made again.
`
// Spotlight does the same with this one.
const NEVER_INDEX = '.metadata_never_index'

/**
 * Keeps the folder in which a slave builds out of backups and searches, which would follow gigabytes of files
 * that can be made again. Only for a folder of our own: one that a person named may hold something else.
 * A courtesy: where it does not work, builds do.
 */
export function keepOutOfBackups(folder: string): void {
  leave(folder, CACHE_TAG, TAG_TEXT)
  if (process.platform !== 'darwin' || existsSync(join(folder, NEVER_INDEX))) return
  // Time Machine reads no tag.
  execFile('tmutil', ['addexclusion', folder], () => {})
  leave(folder, NEVER_INDEX, '')
}

function leave(folder: string, name: string, text: string) {
  try {
    writeFileSync(join(folder, name), text, { flag: 'wx', mode: 0o600 })
  } catch {
    // It is there, or the disk is full: the next start tries again.
  }
}
