import { mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { writeWhole } from '../../../slave/protocol/write-whole.ts'

/**
 * Ids of the commands that go on without us on a slave that knows nothing beyond Buildbot's
 * protocol: when the link is lost, or this master is killed, nobody hears of them any more, and
 * the next build would meet them in its folder. They are ended as soon as the slave is back.
 */
export interface Orphans {
  readonly ids: ReadonlySet<string>
  /** A command is started that may become one. */
  began(id: string): void
  /** It has ended, or was interrupted. */
  ended(id: string): void
}

/**
 * @param file Keeps them for the master's next run; `undefined` for this one only.
 * @param known Those of which the history knows. It forgets what ran when the line was cut: the
 * step has ended then, and only the file still tells.
 */
export function createOrphans(
  file: string | undefined,
  known: readonly string[],
  onTrouble: (reason: string) => void,
): Orphans {
  const ids = new Set([...known, ...(file === undefined ? [] : read(file))])

  return {
    ids,
    began(id) {
      ids.add(id)
      save()
    },
    ended(id) {
      if (ids.delete(id)) save()
    },
  }

  // Killed in between, the file is as it was before or after.
  function save() {
    if (file === undefined) return
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      writeWhole(file, JSON.stringify([...ids]), { flush: false })
    } catch (error) {
      // The build goes on: only a master that is killed now would not end this command.
      onTrouble(`what runs could not be noted: ${(error as Error).message}`)
    }
  }
}

function read(file: string): string[] {
  try {
    const ids: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return Array.isArray(ids) ? ids.filter(id => typeof id === 'string') : []
  } catch {
    // There is none, or a fault of the disk has cost it.
    return []
  }
}
