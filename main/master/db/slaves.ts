import type { Moment, Pause, Slave, SlaveId, SlaveInfo } from '../model.ts'
import type { Database, Row } from './database.ts'

export type SlaveRow = Pick<
  Slave,
  'id' | 'name' | 'kind' | 'tags' | 'maxBuilds' | 'active' | 'paused' | 'info'
> & { readonly lastSeenAt: Moment | null }

export function saveSlave(
  db: Database,
  slave: Pick<Slave, 'name' | 'kind' | 'tags' | 'maxBuilds'>,
): void {
  db.run(
    `INSERT INTO slaves (name, kind, tags, max_builds, active, info) VALUES (?, ?, ?, ?, 1, '{}')
     ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, tags = excluded.tags,
       max_builds = excluded.max_builds, active = 1`,
    slave.name,
    slave.kind,
    JSON.stringify(slave.tags),
    slave.maxBuilds,
  )
}

export function deactivateSlave(db: Database, name: string): void {
  db.run('UPDATE slaves SET active = 0 WHERE name = ?', name)
}

export function setSlavePause(db: Database, name: string, pause: Pause | null): void {
  db.run('UPDATE slaves SET paused = ? WHERE name = ?', pause && JSON.stringify(pause), name)
}

export function setSlaveSeen(db: Database, name: string, info: SlaveInfo, at: Moment): void {
  db.run(
    'UPDATE slaves SET info = ?, last_seen_at = ? WHERE name = ?',
    JSON.stringify(info),
    at,
    name,
  )
}

export function listSlaves(db: Database): SlaveRow[] {
  return db.all('SELECT * FROM slaves ORDER BY active DESC, id').map(toSlave)
}

function toSlave(row: Row): SlaveRow {
  return {
    id: row.id as SlaveId,
    name: row.name as string,
    kind: row.kind as Slave['kind'],
    tags: JSON.parse(row.tags as string),
    maxBuilds: row.max_builds as number,
    active: row.active === 1,
    paused: row.paused === null ? null : JSON.parse(row.paused as string),
    info: JSON.parse(row.info as string),
    lastSeenAt: row.last_seen_at as Moment | null,
  }
}
