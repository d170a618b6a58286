import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** What one entry of a data directory takes on the disk, as far as it was counted. */
export interface Taken {
  readonly name: string
  readonly sizeBytes: number
  /** False where it holds more files than were counted. */
  readonly whole: boolean
}

// Workspaces may hold millions of files; a person waits for the answer.
const MOST_FILES = 300_000

/**
 * What takes room in a data directory, the largest first. Files that another name has, too, such as kept files
 * in backups, count where they are met first: in the order of their names.
 */
export async function whatTakesRoom(dataDir: string, most: number = MOST_FILES): Promise<Taken[]> {
  const seen = new Set<string>()
  const taken: Taken[] = []
  for (const name of (await namesIn(dataDir)).sort()) {
    let [sizeBytes, left] = [0, most]
    const waiting = [join(dataDir, name)]
    for (let path = waiting.pop(); path !== undefined && left > 0; path = waiting.pop()) {
      left--
      // What goes away meanwhile takes nothing.
      const found = await lstat(path).catch(() => undefined)
      if (!found) continue
      if (found.nlink > 1 && !found.isDirectory()) {
        const key = `${found.dev} ${found.ino}`
        if (seen.has(key)) continue
        seen.add(key)
      }
      sizeBytes += found.blocks === undefined ? found.size : found.blocks * 512
      if (found.isDirectory())
        for (const inner of await namesIn(path)) waiting.push(join(path, inner))
    }
    taken.push({ name, sizeBytes, whole: waiting.length === 0 })
  }
  return taken.sort((a, b) => b.sizeBytes - a.sizeBytes)
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}
