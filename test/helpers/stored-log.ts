import { join } from 'node:path'
import { openDatabase } from '../../main/master/db/database.ts'
import { migrate } from '../../main/master/db/migrate.ts'
import { LOG_MIGRATIONS } from '../../main/master/logs/log-migrations.ts'
import { createLogReading, type LogReading } from '../../main/master/logs/log-reading.ts'
import { createLogWriting } from '../../main/master/logs/log-writing.ts'
import type { LogId, Stream } from '../../main/master/model.ts'
import { later } from './cleanup.ts'
import { temporaryFolder } from './folders.ts'

export const STORED_LOG = 1 as LogId

/** A log of these texts, complete, as it is read. */
export function storedLog(...parts: readonly (readonly [Stream, string])[]): LogReading {
  const db = openDatabase(join(temporaryFolder('logs'), 'logs.sqlite'))
  later(() => db.close())
  migrate(db, LOG_MIGRATIONS.at(-1)!.version, LOG_MIGRATIONS)
  const writing = createLogWriting(db)
  let ticket = 0
  for (const [stream, text] of parts)
    writing.append(STORED_LOG, stream, Buffer.from(text), 0, ++ticket)
  writing.finish(STORED_LOG, ++ticket)
  writing.commit(0)
  return createLogReading(db)
}
