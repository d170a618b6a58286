import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readJson } from '../db/json.ts'

/** The newest ids of what people count. */
export interface Newest {
  readonly builds: number
  readonly requests: number
  readonly changes: number
}

/**
 * What was on the disk at the last sync. Each database counts its syncs in a row of its own, so
 * one that has lost its write-ahead log, or the end of it, has a lower number than stands here.
 */
export interface Acknowledged {
  readonly at: number
  readonly history: Newest & { readonly number: number }
  readonly logs: { readonly number: number }
}

/** Beside the databases; a restore, an import and an empty start take it away with what it tells of. */
export const ACKNOWLEDGED = 'acknowledged.json'

const count = z.int().min(0)
const SHAPE = z.object({
  at: z.int(),
  history: z.object({ number: count, builds: count, requests: count, changes: count }),
  logs: z.object({ number: count }),
})
// One sector: it is written in place, and either there or not.
const BYTES = 512

/** Called only with what is synced: a power cut must never leave a promise that the disk does not keep. */
export async function writeAcknowledged(dataDir: string, what: Acknowledged): Promise<void> {
  const told = JSON.stringify(what)
  const text = JSON.stringify({ ...what, sum: sumOf(told) })
  const path = join(dataDir, ACKNOWLEDGED)
  const file = await open(path, 'r+').catch(() => open(path, 'w', 0o600))
  try {
    await file.write(`${text.padEnd(BYTES - 1)}\n`, 0)
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** `undefined` when there is none, or one that says nothing: then nothing is promised. */
export function readAcknowledged(dataDir: string): Acknowledged | undefined {
  let content: unknown
  try {
    content = readJson(readFileSync(join(dataDir, ACKNOWLEDGED), 'utf8'))
  } catch {
    return undefined
  }
  const read = SHAPE.safeParse(content)
  if (!read.success) return undefined
  const { sum } = content as { sum?: unknown }
  return sum === sumOf(JSON.stringify(read.data)) ? read.data : undefined
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
