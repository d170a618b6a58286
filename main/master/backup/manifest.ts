import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Moment } from '../model.ts'
import { parseDescribed } from './described.ts'
import type { BackupReason } from './reason.ts'

/** What stands in `manifest.json` of a backup. Unknown keys are a later version's, and are kept. */
export interface Manifest {
  /** Of the folder, not of the databases in it. */
  readonly format: number
  readonly reason: BackupReason
  readonly madeAt: Moment
  /** The version of the app that wrote the data. */
  readonly version: string
  /** The version in whose stead it was made: the coming one for `before`, else the present one. */
  readonly label: string
  /** `user_version` of each database. */
  readonly schemas: { readonly history: number; readonly logs: number }
  /** Rows of each table of history.sqlite. */
  readonly counts: Readonly<Record<string, number>>
  /** Rows of each table of logs.sqlite. */
  readonly logCounts: Readonly<Record<string, number>>
  /** The highest id of each noun. */
  readonly newest: Readonly<Record<string, number>>
  /** Builds and build requests that were not complete. */
  readonly open: number
  /** Logs of which history knows more than logs.sqlite held already when the backup was made. */
  readonly shortLogs: number
  readonly files: readonly BackupFile[]
  readonly artifacts: {
    readonly count: number
    readonly sizeBytes: number
    /** Hashes that history names and whose files were not there, or not whole. */
    readonly missing: readonly string[]
    /** The same in words, with what is wrong with each; at most a hundred. */
    readonly lost?: readonly string[] | undefined
  }
  /** Why the databases could not be looked at; a `replaced` one is kept in whatever state it was. */
  readonly damage?: string | undefined
}

export interface BackupFile {
  /** Within the backup, with slashes. */
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
}

export const MANIFEST = 'manifest.json'
/** The newest format that this version reads. */
export const FORMAT = 1

const count = z.int().min(0)
const SHAPE = z.looseObject({
  format: z.int().min(1),
  reason: z.enum(['manual', 'daily', 'before', 'replaced']),
  madeAt: z.int(),
  version: z.string(),
  label: z.string(),
  schemas: z.object({ history: count, logs: count }),
  counts: z.record(z.string(), count),
  logCounts: z.record(z.string(), count),
  newest: z.record(z.string(), count),
  open: count,
  shortLogs: count,
  files: z.array(
    z.object({
      // Nothing may lead out of the backup.
      path: z
        .string()
        .regex(/^(?!.*(^|\/)\.\.?(\/|$))[^/\\\0][^\\\0]*$/, 'leads out of the backup'),
      sizeBytes: count,
      sha256: z.string().regex(/^[0-9a-f]{64}$/, 'is no hash'),
    }),
  ),
  artifacts: z.object({
    count,
    sizeBytes: count,
    missing: z.array(z.string()),
    lost: z.array(z.string()).optional(),
  }),
  damage: z.string().optional(),
})

/** @throws Error that says in one sentence why the folder is no backup that can be used. */
export function readManifest(folder: string): Manifest {
  let text: string
  try {
    text = readFileSync(join(folder, MANIFEST), 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(
      code === 'ENOENT' || code === 'ENOTDIR'
        ? `${folder} is not a backup: it has no ${MANIFEST}`
        : `${folder}: ${MANIFEST} can't be read (${message})`,
    )
  }
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    throw new Error(`${folder}: ${MANIFEST} is damaged`)
  }
  return parseDescribed<Manifest>(content, SHAPE, FORMAT, {
    newer: [`${folder} was made`, 'restore it'],
    damaged: `${folder}: ${MANIFEST} is damaged`,
  })
}
