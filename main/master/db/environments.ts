import { createHash } from 'node:crypto'
import type { BuildId, Environment } from '../model.ts'
import type { Database } from './database.ts'

/** Keeps an environment, unless there is one like it. */
export function keepEnvironment(db: Database, environment: Environment): number {
  const content = JSON.stringify(environment)
  const hash = createHash('sha256').update(content).digest('hex')
  const known = db.get<{ id: number }>('SELECT id FROM environments WHERE hash = ?', hash)
  return (
    known?.id ?? db.run('INSERT INTO environments (hash, content) VALUES (?, ?)', hash, content).id
  )
}

export function environmentOfBuild(db: Database, id: BuildId): Environment | undefined {
  const row = db.get<{ content: string }>(
    `SELECT e.content FROM builds b JOIN environments e ON e.id = b.environment_id WHERE b.id = ?`,
    id,
  )
  return row && JSON.parse(row.content)
}
