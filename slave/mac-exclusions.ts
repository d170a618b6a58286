import { execFile } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// Spotlight looks into no folder that has it.
const NEVER_INDEX = '.metadata_never_index'

/**
 * Keeps build folders out of Time Machine and Spotlight: both would follow gigabytes of files that can be
 * made again. A courtesy: where it does not work, builds do.
 */
export function excludeFromMac(folder: string): void {
  if (process.platform !== 'darwin' || existsSync(join(folder, NEVER_INDEX))) return
  execFile('tmutil', ['addexclusion', folder], () => {})
  try {
    writeFileSync(join(folder, NEVER_INDEX), '')
  } catch {
    // A full disk; the next start tries again.
  }
}
