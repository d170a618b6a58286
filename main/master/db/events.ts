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

/** Those of a stretch of time, newest first. */
export function eventsWithin(db: Database, from: Moment, to: Moment, limit: number): MasterEvent[] {
  return db.all<MasterEvent>(
    'SELECT id, at, kind, subject, detail FROM events WHERE at >= ? AND at < ? ORDER BY at DESC, id DESC LIMIT ?',
    from,
    to,
    limit,
  )
}

/** The last event of each of some kinds, newest first. */
export function lastEvents(db: Database, kinds: readonly string[]): MasterEvent[] {
  return db.all<MasterEvent>(
    `SELECT id, at, kind, subject, detail FROM events
     WHERE id IN (SELECT max(id) FROM events WHERE kind IN (SELECT value FROM json_each(?)) GROUP BY kind)
     ORDER BY id DESC`,
    JSON.stringify(kinds),
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

/** Removes what schedulers keep under `keys`, and the changes that they hold, but for some schedulers. */
export function forgetSchedulers(
  db: Database,
  { except, keys }: { readonly except: readonly string[]; readonly keys: readonly string[] },
): void {
  const others = 'scheduler NOT IN (SELECT value FROM json_each(?))'
  const names = JSON.stringify(except)
  db.run(
    `DELETE FROM scheduler_state WHERE ${others} AND key IN (SELECT value FROM json_each(?))`,
    names,
    JSON.stringify(keys),
  )
  db.run(`DELETE FROM scheduler_changes WHERE ${others}`, names)
}
