import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import { completeLog, findLog, insertLog, logsOfBuild, logsOfStep } from '../db/logs.ts'
import type { LogMarks, LogSource } from '../logs/log-marks.ts'
import type { LogStore } from '../logs/log-store.ts'
import type { Committed, LogLimit } from '../logs/log-writing.ts'
import type { BuildId, Log, LogId, StepId, Stream } from '../model.ts'
import type { Mq } from '../mq/mq.ts'
import type { LogEnd } from './builds.ts'
import type { Gate } from './gate.ts'
import type { Update } from './unit.ts'

export function logData(
  db: Database,
  update: Update,
  clock: Clock,
  mq: Mq,
  logs: LogStore,
  patiently: Gate['patiently'],
) {
  // Counts of growing logs: history learns them when a log is complete.
  const growing = new Map<LogId, Pick<Log, 'lineCount' | 'byteCount'>>()
  const withCounts = (log: Log): Log => ({ ...log, ...growing.get(log.id) })

  const data = {
    log(id: LogId): Log | undefined {
      const log = findLog(db, id)
      return log && withCounts(log)
    },
    logsOfStep: (id: StepId) => logsOfStep(db, id).map(withCounts),
    logsOfBuild: (id: BuildId) => logsOfBuild(db, id).map(withCounts),
    logLines: logs.lines,
    logBytes: logs.bytes,
    logPiece: logs.piece,
    logScreen: logs.screen,
    searchLog: logs.search,
    outlineLog: logs.outline,
    scanLogs: logs.scan,

    /** Completes a log that another run of the master left, and says how far it got. */
    async closeLog(id: LogId): Promise<LogEnd> {
      const { lineCount, byteCount } = await logs.finish(id)
      const [last] = await logs.lines({
        logId: id,
        first: lineCount - 1,
        count: 1,
        maxLineBytes: 1,
      })
      return { lineCount, byteCount, lastAt: last?.at ?? null }
    },

    startLog(stepId: StepId, name: string, kind: Log['kind'] = 's'): Log {
      return update(announce => {
        const id = insertLog(db, { stepId, name, kind })
        growing.set(id, { lineCount: 0, byteCount: 0 })
        const log: Log = { id, stepId, name, kind, lineCount: 0, byteCount: 0, complete: false }
        announce('log/changed', log)
        return log
      })
    },

    /** Resolves once the bytes are committed and readable. */
    appendLog: (
      id: LogId,
      stream: Stream,
      bytes: Uint8Array,
      source?: LogSource,
      limit?: LogLimit,
    ) => logs.append(id, stream, bytes, clock.now(), source, limit),

    /** Goes on with a log that another run of the master left, and tells what it holds of each source. */
    async resumeLog(id: LogId): Promise<LogMarks> {
      const { lineCount, byteCount } = findLog(db, id)!
      growing.set(id, { lineCount, byteCount })
      return logs.marks(id)
    },
    forgetLogMarks: (ids: readonly LogId[]) => logs.forgetMarks(ids),

    /** Resolves with why its middle was left out, if it was. */
    async finishLog(id: LogId): Promise<string | undefined> {
      const counts = await logs.finish(id)
      await patiently(() =>
        update(announce => {
          completeLog(db, id, counts)
          announce('log/changed', { ...findLog(db, id)! })
        }),
      )
      growing.delete(id)
      return counts.cut
    },
  }
  return { data, committed }

  function committed(list: readonly Committed[]) {
    for (const { logId, lineCount, byteCount } of list) {
      if (!growing.has(logId)) continue
      growing.set(logId, { lineCount, byteCount })
      mq.publish('log/appended', { logId, lineCount, byteCount })
    }
  }
}
