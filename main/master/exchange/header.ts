import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { parseDescribed } from '../backup/described.ts'
import type { Moment } from '../model.ts'

/** What stands in `export.json`, which is written last. docs/export-format.md tells it to people. */
export interface Header {
  readonly format: number
  readonly madeAt: Moment
  readonly version: string
  readonly history: DatabaseHeader
  readonly logs: DatabaseHeader
  /** Of log-index/files.jsonl. */
  readonly logFiles: { readonly rows: number; readonly sha256: string }
  readonly artifacts: {
    readonly count: number
    /** Hashes of files that were gone or damaged. */
    readonly missing: readonly string[]
    /** The same in words; at most a hundred. */
    readonly lost?: readonly string[] | undefined
  }
  /** Files below settings/. */
  readonly settings: readonly (typeof SETTINGS)[number][]
}

export interface DatabaseHeader {
  /** `user_version` of the database. */
  readonly schema: number
  readonly tables: Readonly<Record<string, TableHeader>>
  /** The highest id that was ever given, for each table whose ids are not given twice. */
  readonly sequences: Readonly<Record<string, number>>
}

export interface TableHeader {
  readonly rows: number
  readonly sha256: string
  readonly columns: readonly Column[]
}

export interface Column {
  readonly name: string
  readonly type: string
}

/** What an export takes along besides the history, and all that an import takes from it. */
export const SETTINGS = ['master.yml', 'master.last-good.yml', 'state.json'] as const

export const HEADER = 'export.json'
export const EXPORT_FORMAT = 1

const count = z.int().min(0)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is no hash')
// They become names of files and of parts of SQL.
const name = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no name of a table or column')
const database = z.object({
  schema: count,
  tables: z.record(
    name,
    z.object({
      rows: count,
      sha256,
      columns: z.array(
        z.object({ name, type: z.enum(['INTEGER', 'INT', 'REAL', 'TEXT', 'BLOB', 'ANY', '']) }),
      ),
    }),
  ),
  sequences: z.record(name, count),
})
const SHAPE = z.looseObject({
  format: count,
  madeAt: z.int(),
  version: z.string(),
  history: database,
  logs: database,
  logFiles: z.object({ rows: count, sha256 }),
  artifacts: z.object({
    count,
    missing: z.array(z.string()),
    lost: z.array(z.string()).optional(),
  }),
  // Others could be a key, a token or a lock of this machine.
  settings: z.array(z.enum(SETTINGS)),
})

/** @throws Error that says in one sentence why the folder can't be imported. */
export function readHeader(folder: string): Header {
  const path = join(folder, HEADER)
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Error(
      code === 'ENOENT' || code === 'ENOTDIR'
        ? `${folder} is not an export, or one that was cut short: it has no ${HEADER}`
        : `${path} can't be read (${(error as Error).message})`,
    )
  }
  return parseDescribed<Header>(content, SHAPE, EXPORT_FORMAT, {
    newer: [`${folder} was exported`, 'import it'],
    damaged: `${path} is damaged`,
  })
}
