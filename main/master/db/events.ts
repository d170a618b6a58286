import type { EventId, MasterEvent, Moment } from '../model.ts'
import type { Database } from './database.ts'

export function insertEvent(db: Database, event: Omit<MasterEvent, 'id'>): MasterEvent {
  const { id } = db.run(
    'INSERT INTO events (at, kind, subject, detail) VALUES (?, ?, ?, ?)',
    event.at,
    event.kind,
    event.subject,
    event.detail,
  )
  return { ...event, id: id as EventId }
}

/** Newest first. */
export function listEvents(db: Database, since: Moment, limit: number): MasterEvent[] {
  return db.all<MasterEvent>(
    'SELECT id, at, kind, subject, detail FROM events WHERE at >= ? ORDER BY id DESC LIMIT ?',
    since,
    limit,
  )
}

export function readSchedulerState(
  db: Database,
  scheduler: string,
  key: string,
): string | undefined {
  return db.get<{ value: string }>(
    'SELECT value FROM scheduler_state WHERE scheduler = ? AND key = ?',
    scheduler,
    key,
  )?.value
}

export function saveSchedulerState(
  db: Database,
  scheduler: string,
  key: string,
  value: string,
): void {
  db.run(
    `INSERT INTO scheduler_state (scheduler, key, value) VALUES (?, ?, ?)
     ON CONFLICT (scheduler, key) DO UPDATE SET value = excluded.value`,
    scheduler,
    key,
    value,
  )
}
