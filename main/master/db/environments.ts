import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { BuildId, Environment } from '../model.ts'
import type { Database } from './database.ts'
import { readJson } from './json.ts'

const SHAPE = z.object({
  facts: z.array(
    z.object({
      group: z.enum(['machine', 'tools', 'slave', 'builder', 'step']),
      step: z.string().optional(),
      name: z.string(),
      value: z.union([z.string(), z.object({ mark: z.string().nullable() })]),
    }),
  ),
  leftOut: z.number(),
})

/** Keeps an environment, unless there is one like it. */
export function keepEnvironment(db: Database, environment: Environment): number {
  const content = JSON.stringify(environment)
  const hash = createHash('sha256').update(content).digest('hex')
  const known = db.get<{ id: number }>('SELECT id FROM environments WHERE hash = ?', hash)
  return (
    known?.id ?? db.run('INSERT INTO environments (hash, content) VALUES (?, ?)', hash, content).id
  )
}

/** `undefined` when there is none, and when nobody can make sense of it. */
export function environmentOfBuild(db: Database, id: BuildId): Environment | undefined {
  const row = db.get<{ content: string }>(
    `SELECT e.content FROM builds b JOIN environments e ON e.id = b.environment_id WHERE b.id = ?`,
    id,
  )
  const read = SHAPE.safeParse(row && readJson(row.content))
  return read.success ? (read.data as Environment) : undefined
}
