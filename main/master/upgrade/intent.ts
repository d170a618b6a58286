import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { plainName } from '../backup/described.ts'
import { syncFolder, writeLasting } from '../lasting.ts'
import { STORES, type StoreName } from './stores.ts'

/** What stands in upgrade.json while databases are brought to this version. */
export interface Intent {
  /** `preparing`: nothing has changed yet. `swap`: the new files are whole; what is left is done by whoever finds this. */
  readonly phase: 'preparing' | 'swap'
  /** Of the app that does it. */
  readonly version: string
  readonly startedAt: number
  /** The version that wrote the data. */
  readonly wroteVersion: string
  readonly files: readonly {
    readonly name: StoreName
    readonly from: number
    readonly to: number
  }[]
  /** Folder in backups/ that takes the old files, while it is being filled and afterwards. */
  readonly filling: string
  readonly backup: string
  readonly quarantined: number
}

// Names are joined to paths at which things are moved and removed.
const SHAPE = z.looseObject({
  phase: z.enum(['preparing', 'swap']),
  version: z.string(),
  startedAt: z.int(),
  wroteVersion: z.string(),
  files: z.array(z.looseObject({ name: z.enum(STORES.map(({ name }) => name)) })),
  filling: plainName,
  backup: plainName,
})

const INTENT = 'upgrade.json'
/** Where the new files are made. */
export const WORKING = '.upgrading'

/** Old or new, never half, and on the disk when it returns. */
export function writeIntent(dataDir: string, intent: Intent): void {
  writeLasting(join(dataDir, INTENT), `${JSON.stringify(intent)}\n`)
}

/** What was begun and not ended; `undefined` when nothing was, `null` when it can't be told what. */
export function readIntent(dataDir: string): Intent | null | undefined {
  let text: string
  try {
    text = readFileSync(join(dataDir, INTENT), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return SHAPE.parse(JSON.parse(text)) as unknown as Intent
  } catch {
    return null
  }
}

/** Whether a process died while it wrote its first word. */
export function hasIntentBegun(dataDir: string): boolean {
  return existsSync(join(dataDir, `${INTENT}.new`))
}

export function removeIntent(dataDir: string): void {
  for (const name of [INTENT, `${INTENT}.new`]) rmSync(join(dataDir, name), { force: true })
  syncFolder(dataDir)
}
