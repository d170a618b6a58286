import type { Moment, Pause, Quarantine, Slave, SlaveId, SlaveInfo } from '../model.ts'
import type { Database, Row } from './database.ts'
import { isRecord, readJson, readRecord, readTexts } from './json.ts'

export type SlaveRow = Pick<
  Slave,
  | 'id'
  | 'name'
  | 'kind'
  | 'tags'
  | 'maxBuilds'
  | 'active'
  | 'paused'
  | 'draining'
  | 'quarantine'
  | 'missedAt'
  | 'info'
> & { readonly address: string | null; readonly lastSeenAt: Moment | null }

/** What the configuration says of a slave. */
export type SlaveFacts = Pick<Slave, 'name' | 'kind' | 'tags' | 'maxBuilds'> & {
  readonly address?: string | null
}

export function saveSlave(db: Database, slave: SlaveFacts): void {
  db.run(
    `INSERT INTO slaves (name, kind, tags, max_builds, address, active, info)
       VALUES (?, ?, ?, ?, ?, 1, '{}')
     ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, tags = excluded.tags,
       max_builds = excluded.max_builds, address = excluded.address, active = 1`,
    slave.name,
    slave.kind,
    JSON.stringify(slave.tags),
    slave.maxBuilds,
    slave.address ?? null,
  )
}

/** The slave of a build that was made elsewhere. Where none has the name, one that nobody can use here. */
export function ensureSlave(db: Database, name: string, info = '{}'): SlaveId {
  const known = db.get<{ id: SlaveId }>('SELECT id FROM slaves WHERE name = ?', name)
  if (known) return known.id
  return db.run(
    "INSERT INTO slaves (name, kind, tags, max_builds, active, info) VALUES (?, 'remote', '[]', 1, 0, ?)",
    name,
    info,
  ).id as SlaveId
}

export function deactivateSlave(db: Database, name: string): void {
  db.run('UPDATE slaves SET active = 0 WHERE name = ?', name)
}

export function setSlavePause(db: Database, name: string, pause: Pause | null): void {
  db.run('UPDATE slaves SET paused = ? WHERE name = ?', pause && JSON.stringify(pause), name)
}

export function setSlaveDraining(db: Database, name: string, draining: boolean): void {
  db.run('UPDATE slaves SET draining = ? WHERE name = ?', draining ? 1 : 0, name)
}

export function setSlaveQuarantine(
  db: Database,
  name: string,
  quarantine: Quarantine | null,
): void {
  db.run(
    'UPDATE slaves SET quarantine = ? WHERE name = ?',
    quarantine && JSON.stringify(quarantine),
    name,
  )
}

export function setSlaveMissed(db: Database, name: string, at: Moment | null): void {
  db.run('UPDATE slaves SET missed_at = ? WHERE name = ?', at, name)
}

/** It is there, and this is what it tells of itself. */
export function setSlaveInfo(db: Database, name: string, info: SlaveInfo, at: Moment): void {
  db.run(
    'UPDATE slaves SET info = ?, last_seen_at = ?, missed_at = NULL WHERE name = ?',
    JSON.stringify(info),
    at,
    name,
  )
}

export function setSlaveSeen(db: Database, name: string, at: Moment): void {
  db.run('UPDATE slaves SET last_seen_at = ? WHERE name = ?', at, name)
}

export function listSlaves(db: Database): SlaveRow[] {
  return db.all('SELECT * FROM slaves ORDER BY active DESC, id').map(toSlave)
}

export function findSlave(db: Database, name: string): SlaveRow | undefined {
  const row = db.get('SELECT * FROM slaves WHERE name = ?', name)
  return row && toSlave(row)
}

function toSlave(row: Row): SlaveRow {
  return {
    id: row.id as SlaveId,
    name: row.name as string,
    kind: row.kind as Slave['kind'],
    tags: readTexts(row.tags),
    maxBuilds: row.max_builds as number,
    active: row.active === 1,
    paused: toPause(row.paused),
    draining: row.draining === 1,
    quarantine: toQuarantine(row.quarantine),
    missedAt: row.missed_at as Moment | null,
    info: readRecord(row.info),
    address: row.address as string | null,
    lastSeenAt: row.last_seen_at as Moment | null,
  }
}

// One that can't be read is a pause all the same: nobody wants a build where it was stopped.
function toPause(value: unknown): Pause | null {
  const found = value === null ? null : (readJson(value) ?? {})
  if (!isRecord(found)) return null
  const { reason, at, by, until } = found
  return {
    reason: typeof reason === 'string' ? reason : 'its pause could not be read',
    at: typeof at === 'number' ? at : 0,
    by: typeof by === 'string' ? by : null,
    until: typeof until === 'number' ? until : null,
  }
}

function toQuarantine(value: unknown): Quarantine | null {
  const found = readRecord(value)
  const { until, failures, reason } = found
  if (typeof until !== 'number') return null
  return { until, failures: Number(failures) || 0, reason: String(reason ?? '') }
}
