import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readJson } from '../db/json.ts'
import type { Newest } from './acknowledged.ts'

const id = z.int().min(0)
const SHAPE = z.object({
  lastRun: z.object({ stood: z.object({ build: id, request: id, change: id }) }),
})

/** The newest ids when the last run began, or ended in order, as state.json has them; `undefined` when it says nothing. */
export function whereItStood(dataDir: string): Newest | undefined {
  try {
    const state = SHAPE.safeParse(readJson(readFileSync(join(dataDir, 'state.json'), 'utf8')))
    if (!state.success) return undefined
    const { build, request, change } = state.data.lastRun.stood
    return { builds: build, requests: request, changes: change }
  } catch {
    return undefined
  }
}
